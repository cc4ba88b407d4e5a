import Foundation
import NIOHTTP1

/// An answer, before HTTP's framing.
struct ControlResponse: Sendable {
  static let json = "application/json"
  static let yaml = "application/yaml"

  var status: HTTPResponseStatus
  var contentType: String
  /// The body, or its beginning.
  var body: Data
  /// What follows `body`, when it is long.
  var rest: (any PieceSource)?
  /// The methods that the path knows, with 405.
  var allowed: String?
  /// The generation that the answer tells of, which becomes its `ETag`.
  var generation: UInt64?

  init(contentType: String, body: Data, rest: (any PieceSource)? = nil) {
    status = .ok
    self.contentType = contentType
    self.body = body
    self.rest = rest
  }

  /// A report as JSON.
  init(_ report: some Encodable) throws { self.init(contentType: Self.json, body: try report.json()) }

  init(_ refusal: ControlRefusal) {
    status = refusal.status
    contentType = Self.json
    allowed = refusal.allowed
    let reason = ErrorReport.Reason(code: refusal.code, message: refusal.message, field: refusal.field)
    // Three strings always encode; an empty body is still a valid answer.
    body = (try? ErrorReport(error: reason).json()) ?? Data()
  }
}
