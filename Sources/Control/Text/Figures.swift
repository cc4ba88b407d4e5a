/// Numbers as people read them.
enum Figures {
  /// `1234567` as `1,234,567`.
  static func count(_ value: some BinaryInteger) -> String {
    var digits = Array(String(value.magnitude))
    var position = digits.count - 3
    while position > 0 {
      digits.insert(",", at: position)
      position -= 3
    }
    return (value < 0 ? "-" : "") + String(digits)
  }

  /// Bytes in decimal units of three digits: `999 B`, `1.23 kB`, `45.6 GB`.
  static func bytes(_ value: UInt64) -> String {
    let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
    guard value >= 1000 else { return "\(value) B" }
    var scaled = Double(value) / 1000
    var unit = 0
    // 999.5 would be rounded to four digits.
    while scaled >= 999.5, unit < units.count - 1 {
      scaled /= 1000
      unit += 1
    }
    return decimal(scaled, places: scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0) + " " + units[unit]
  }

  /// A share of 0 to 1 as `12.34 %`.
  static func percent(_ share: Double) -> String { decimal(share * 100, places: 2) + " %" }

  /// A number with that many digits after the point.
  static func decimal(_ value: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 1e18 else { return "\(value)" }
    let whole = UInt64(scaled)
    let digits = String(whole % UInt64(scale))
    let fraction = places == 0 ? "" : "." + String(repeating: "0", count: places - digits.count) + digits
    return (value < 0 && whole > 0 ? "-" : "") + count(whole / UInt64(scale)) + fraction
  }

  /// Seconds as `3 d 4 h`, `5 min 6 s` or `7 s`.
  static func duration(_ seconds: Double) -> String {
    let total = Int(max(0, min(seconds, 1e12)))
    let (days, hours, minutes) = (total / 86400, total / 3600 % 24, total / 60 % 60)
    if days > 0 { return "\(days) d \(hours) h" }
    if hours > 0 { return "\(hours) h \(minutes) min" }
    if minutes > 0 { return "\(minutes) min \(total % 60) s" }
    return "\(total) s"
  }
}
