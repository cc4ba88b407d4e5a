extension ConfigurationTree {
  /// A value that stands for itself: a number, or one of a few words.
  static func plain(_ text: String) -> SourceValue {
    SourceValue(content: .scalar(SourceScalar(text: text, isPlain: true)), position: .start)
  }

  /// A value that needs quotes, or may.
  static func text(_ text: String) -> SourceValue {
    SourceValue(content: .scalar(SourceScalar(text: text, isPlain: false)), position: .start)
  }

  /// Values in their order.
  static func list(_ items: [SourceValue]) -> SourceValue { SourceValue(content: .list(items), position: .start) }

  /// Keys with their values.
  static func mapping(_ entries: [SourceEntry]) -> SourceValue {
    SourceValue(content: .mapping(entries), position: .start)
  }

  /// One key with its value.
  static func entry(_ key: String, _ value: SourceValue) -> SourceEntry {
    SourceEntry(key: key, position: .start, value: value)
  }

  /// A time in its largest whole unit: `90s`, `1h`.
  static func spelling(milliseconds: UInt64) -> String {
    guard milliseconds > 0 else { return "0s" }
    let units: [(String, UInt64)] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
    for (unit, size) in units where milliseconds % size == 0 { return "\(milliseconds / size)\(unit)" }
    return "\(milliseconds)ms"
  }

  /// `auto`, or a size in its largest whole unit.
  static func spelling(_ memory: DPDKSettings.Memory) -> String {
    switch memory {
    case .automatic: "auto"
    case .bytes(let bytes): bytes % (1 << 30) == 0 ? "\(bytes >> 30)GiB" : "\(bytes >> 20)MiB"
    }
  }
}
