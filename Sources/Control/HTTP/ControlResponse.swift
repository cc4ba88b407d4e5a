import Foundation
import NIOHTTP1

/// An answer, before HTTP's framing.
struct ControlResponse: Sendable {
  static let json = "application/json"

  var status: HTTPResponseStatus
  var contentType: String
  var body: Data
  var allowed: String?

  init(contentType: String, body: Data) {
    status = .ok
    self.contentType = contentType
    self.body = body
  }

  /// A report as JSON.
  init(_ report: some Report) throws { self.init(contentType: Self.json, body: try report.json()) }

  init(_ refusal: ControlRefusal) {
    status = refusal.status
    contentType = Self.json
    allowed = refusal.allowed
    let reason = ErrorReport.Reason(code: refusal.code, message: refusal.message, field: refusal.field)
    // Three strings always encode; an empty body is still a valid answer.
    body = (try? ErrorReport(error: reason).json()) ?? Data()
  }
}
