import Configuration
import Foundation
import Logging

extension LogFormat {
  /// An event as one line, with its end. In JSON the fields of the metadata follow `time`, `level` and `message` in the
  /// order of their names; none can take the place of those.
  public func line(
    _ message: String, at time: Date, _ level: Logger.Level, _ metadata: Logger.Metadata = [:]
  ) -> String {
    let time = time.formatted(.iso8601)
    switch self {
    case .text: return "\(time) \(level == .info ? "" : "\(level): ")\(message)\n"
    case .json:
      let own = [("time", time), ("level", "\(level)"), ("message", message)]
      let others = metadata.sorted { $0.key < $1.key }.filter { field in !own.contains { $0.0 == field.key } }
      let fields = own + others.map { ($0.key, "\($0.value)") }
      return "{" + fields.map { "\(Self.quoted($0)):\(Self.quoted($1))" }.joined(separator: ",") + "}\n"
    }
  }

  /// A string of JSON (RFC 8259, section 7), without line ends whatever is in it.
  private static func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    // Every string has a form in JSON.
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
