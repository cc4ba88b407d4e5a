import Foundation

/// One event as the daemon sends it.
public struct ServerEvent: Equatable, Sendable {
  /// It counts from 1; empty if the daemon does not say.
  public var id: String
  /// What kind: `health`, `fail_open`, `backups`, `no_backend`.
  public var kind: String
  /// On one line.
  public var json: String

  /// An event's lines; nil: they are only a comment, which shows that the daemon lives.
  init?(_ lines: some StringProtocol) {
    (id, kind, json) = ("", "", "")
    for line in lines.split(separator: "\n") {
      let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2 else { continue }
      let value = halves[1].hasPrefix(" ") ? String(halves[1].dropFirst()) : String(halves[1])
      switch halves[0] {
      case "id": id = value
      case "event": kind = value
      case "data": json = value
      default: break
      }
    }
    if json.isEmpty { return nil }
  }

  /// With its number and kind, on one line.
  public var wholeJSON: String { #"{"id":\#(id.isEmpty ? "null" : id),"event":"\#(kind)","data":\#(json)}"# }

  /// On one line, for people.
  public var text: String {
    if let event = try? HealthEvent(json: Data(json.utf8)) {
      return "\(id) \(event.at.formatted(.iso8601)) \(event.service) \(event.backend) (\(event.address)):"
        + " \(event.from.rawValue) -> \(event.to.rawValue) (\(event.source)): \(event.cause)"
    }
    if let event = try? PoolEvent(json: Data(json.utf8)) {
      return "\(id) \(event.at.formatted(.iso8601)) \(event.service): \(event.message)"
    }
    return "\(id) \(kind) \(json)"
  }
}
