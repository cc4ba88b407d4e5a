/// Counts over the time between two readings.
struct Rate {
  let seconds: Double

  /// A count as a rate, to a tenth.
  func callAsFunction(_ count: UInt64) -> Double { Self.rounded(Double(count) / seconds, 10) }

  /// How far a counter moved; what was not there before moved by all it has, what went back did not move.
  static func moved(_ old: UInt64?, _ new: UInt64) -> UInt64 {
    let old = old ?? 0
    return new > old ? new - old : 0
  }

  static func rounded(_ value: Double, _ parts: Double) -> Double { (value * parts).rounded() / parts }
}
