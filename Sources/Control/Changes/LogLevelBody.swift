import Logging

/// The body of `PUT /v1/log-level`: `{"level": "debug"}`.
struct LogLevelBody {
  let level: Logger.Level

  /// - Throws: `ControlRefusal` when it is anything else.
  init(_ body: [UInt8]) throws(ControlRefusal) {
    let names = Logger.Level.allCases.map(\.rawValue)
    let fields = try SmallBody.fields(of: body, known: ["level"])
    guard let level = fields["level"].flatMap(Logger.Level.init(rawValue:)) else {
      throw ControlRefusal(
        .unprocessableEntity, "invalid", "'level' is one of \(names.joined(separator: ", "))", field: "level")
    }
    self.level = level
  }
}
