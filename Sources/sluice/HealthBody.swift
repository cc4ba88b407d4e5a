import Control
import Foundation

/// The body of `PUT /v1/health`.
struct HealthBody: Encodable {
  /// One backend.
  struct Item: Encodable {
    var service: String
    var backend: String
    /// `up`, `down`, `drain`, `maintenance` or `clear`.
    var state: String
    var cause: String?
  }

  var source: String
  /// nil: until it is withdrawn.
  var ttl: String?
  var backends: [Item]
}

extension ObservationOptions {
  /// Says what a source says, and prints what came of it.
  func put(_ body: HealthBody) throws {
    try show(ClientRequest("PUT", "/v1/health", json: JSONEncoder().encode(body)), as: HealthOrderReport.self)
  }
}
