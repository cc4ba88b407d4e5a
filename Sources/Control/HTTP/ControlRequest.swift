import Foundation
import NIOHTTP1

/// A request as the routes see it: decoded, with what the server does not need left out.
struct ControlRequest: Sendable {
  var method: HTTPMethod
  /// The path's segments, each percent-decoded: a name may contain a slash.
  var path: [String]
  /// In the order of the request, percent-decoded.
  var parameters: [(name: String, value: String)]

  /// - Throws: `ControlRefusal` when the target cannot be decoded.
  init(_ head: HTTPRequestHead) throws(ControlRefusal) {
    method = head.method
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
