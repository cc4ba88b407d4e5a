import Foundation
import NIOHTTP1

/// A request as the routes see it: decoded, with what the server does not need left out.
struct ControlRequest: Sendable {
  var method: HTTPMethod
  /// The path's segments, each percent-decoded: a name may contain a slash.
  var path: [String]
  /// In the order of the request, percent-decoded.
  var parameters: [(name: String, value: String)]
  /// Bytes of the body; within `ControlLimits.bodyBytes`.
  var body: [UInt8]
  /// `Content-Type` in lower case and without its parameters; nil when the client does not say.
  var contentType: String?
  /// The generation that `If-Match` asks for; nil: any.
  var generation: UInt64?

  /// - Throws: `ControlRefusal` when the target or a header field cannot be understood.
  init(_ head: HTTPRequestHead, body: [UInt8] = []) throws(ControlRefusal) {
    method = head.method
    self.body = body
    let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts[0].first == "/" else {
      throw ControlRefusal(.badRequest, "bad_target", "the request's target must begin with '/'")
    }
    path = try Self.decoded(parts[0].dropFirst().split(separator: "/", omittingEmptySubsequences: false))
    parameters = []
    for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      let halves = try Self.decoded(pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false))
      parameters.append((halves[0], halves.count > 1 ? halves[1] : ""))
    }
    contentType = head.headers.first(name: "content-type").map {
      $0.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
    }
    generation = try Self.generation(head.headers[canonicalForm: "if-match"].map(String.init))
  }

  /// The value of a parameter, when it was given.
  func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

  /// Whether a switch was given: bare, or as `true`; `false` is as if it were not there.
  func flag(_ name: String) throws(ControlRefusal) -> Bool {
    switch parameter(name) {
    case nil, "false"?: return false
    case ""?, "true"?: return true
    case let other?:
      throw ControlRefusal(.badRequest, "bad_parameter", "'\(name)' is true or false, not '\(other)'", field: name)
    }
  }

  /// `If-Match: 7`, or as `ETag` writes it, `"7"`; `*` is any.
  private static func generation(_ fields: [String]) throws(ControlRefusal) -> UInt64? {
    guard let field = fields.first, field != "*" || fields.count > 1 else { return nil }
    let digits =
      field.hasPrefix("\"") && field.hasSuffix("\"") && field.count > 2 ? field.dropFirst().dropLast() : field[...]
    guard fields.count == 1, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt64(digits) else {
      throw ControlRefusal(
        .badRequest, "bad_if_match", "'If-Match' is one generation, such as 7 or \"7\", or *", field: "If-Match")
    }
    return number
  }

  private static func decoded(_ parts: [Substring]) throws(ControlRefusal) -> [String] {
    var result: [String] = []
    for part in parts {
      guard let text = part.removingPercentEncoding else {
        throw ControlRefusal(.badRequest, "bad_target", "the request's target has a broken percent-encoding")
      }
      result.append(text)
    }
    return result
  }
}
