import Foundation

/// A request to the daemon.
public struct ClientRequest: Sendable {
  /// The HTTP method.
  public var method: String
  /// Path and parameters, percent-encoded.
  public var target: String
  /// What goes with it.
  public var body: Data?
  /// The body's type.
  public var contentType = "application/json"
  /// The generation that the change is based on; nil: any.
  public var generation: UInt64?

  /// A request without a body.
  public init(_ method: String, _ target: String) {
    self.method = method
    self.target = target
  }

  /// A request whose body is JSON.
  public init(_ method: String, _ target: String, json: Data) {
    self.init(method, target)
    body = json
  }

  /// A request for the path of these segments, with parameters of which those that are nil are left out.
  public init(_ method: String, path: [String], parameters: [(String, String?)] = []) {
    let pairs = parameters.compactMap { name, value in value.map { "\(name)=\(Self.encoded($0))" } }
    let query = pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    self.init(method, "/" + path.map(Self.encoded).joined(separator: "/") + query)
  }

  /// A text as it may stand between two slashes or after an equals sign.
  public static func encoded(_ text: String) -> String {
    // What RFC 3986 allows everywhere; a service's name may contain anything else.
    let unreserved = CharacterSet(charactersIn: "-._~").union(.init(charactersIn: "0"..."9"))
      .union(.init(charactersIn: "A"..."Z")).union(.init(charactersIn: "a"..."z"))
    return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
  }

  /// As it goes over the socket.
  var bytes: Data {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    if let generation { head += "If-Match: \"\(generation)\"\r\n" }
    if let body { head += "Content-Type: \(contentType)\r\nContent-Length: \(body.count)\r\n" }
    return Data((head + "\r\n").utf8) + (body ?? Data())
  }
}
