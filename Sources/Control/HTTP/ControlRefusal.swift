import NIOHTTP1

/// Why a request is not done, as the client is told.
struct ControlRefusal: Error {
  /// The HTTP status.
  var status: HTTPResponseStatus
  /// A word for programs.
  var code: String
  /// A sentence for people.
  var message: String
  /// What of the request is meant, where something particular is.
  var field: String?
  /// The methods that the path knows, with 405.
  var allowed: String?

  init(
    _ status: HTTPResponseStatus, _ code: String, _ message: String, field: String? = nil, allowed: String? = nil
  ) {
    self.status = status
    self.code = code
    self.message = message
    self.field = field
    self.allowed = allowed
  }
}
