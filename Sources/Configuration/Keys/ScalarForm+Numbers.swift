extension ScalarForm where Value: FixedWidthInteger {
  /// A decimal number from a range; `noun` says what it counts or names.
  static func integer(_ range: ClosedRange<Value>, _ noun: String) -> ScalarForm {
    ScalarForm(
      .integer(UInt64(range.lowerBound)...UInt64(range.upperBound)),
      "\(noun) from \(range.lowerBound) to \(range.upperBound)",
      plain: { text in decimal(text).flatMap(Value.init(exactly:)).flatMap { range.contains($0) ? $0 : nil } })
  }

  /// One of a few numbers.
  static func integer(oneOf numbers: [Value]) -> ScalarForm {
    ScalarForm(
      .integers(numbers.map { UInt64($0) }), alternatives(numbers.map { "\($0)" }),
      plain: { text in decimal(text).flatMap(Value.init(exactly:)).flatMap { numbers.contains($0) ? $0 : nil } })
  }
}

extension ScalarForm<UInt16> {
  /// A service's port, while it is not known whether its protocol has ports.
  static var anyPort: ScalarForm {
    let number = integer(0...UInt16.max, "")
    return ScalarForm(number.kind, integer(1...UInt16.max, "a port").expectation, refusing: number.read)
  }

  /// What stands for a port where there is none.
  static var noPort: ScalarForm {
    ScalarForm(.integers([0]), "no port: ICMP has none", plain: { $0 == "0" ? 0 : nil })
  }
}

extension ScalarForm<UInt16> {
  /// Permissions of a file in octal digits, as `chmod` takes them; `600` and `0600` are the same.
  static var fileMode: ScalarForm {
    ScalarForm(
      .text(pattern: "^0?[0-7]{3}$"), "permissions in octal such as 0600 or 0660",
      text: { text in
        let digits = text.utf8.count == 4 && text.hasPrefix("0") ? text.dropFirst() : Substring(text)
        guard digits.utf8.count == 3, digits.utf8.allSatisfy(\.isDigit) else { return nil }
        return UInt16(digits, radix: 8)
      })
  }
}

extension ScalarForm<Double> {
  /// A part of a whole, with at most four decimals.
  static var share: ScalarForm {
    ScalarForm(
      .number(0...1), "a share from 0 to 1 with at most four decimals, such as 0.25",
      plain: { text in
        let halves = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard decimal(halves[0]) != nil else { return nil }
        if halves.count == 2 {
          guard (1...4).contains(halves[1].utf8.count), halves[1].utf8.allSatisfy(\.isDigit) else { return nil }
        }
        return Double(text).flatMap { $0 <= 1 ? $0 : nil }
      })
  }
}

extension ScalarForm<UInt64> {
  /// The key of the selection hash: 64 bits, decimal or as `0x5eed`.
  static var seed: ScalarForm {
    ScalarForm(
      .integer(0...UInt64.max), "a number of at most 64 bits, decimal or hexadecimal as 0x5eed",
      plain: { text in text.hasPrefix("0x") ? hexadecimal(text.dropFirst(2), digits: 1...16) : decimal(text) })
  }

  /// A time as `10s`, `500ms`, `2m`, `1h` or `1d`: in milliseconds, rounded up to the session tables' tick.
  static var timeout: ScalarForm {
    ScalarForm(
      .text(pattern: "^[1-9][0-9]*(ms|s|m|h|d)$"), "a time from 100ms to 7d, such as 500ms, 10s, 2m, 1h or 1d",
      text: { text in
        let tick: UInt64 = 100
        let units: [String: UInt64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let time = quantity(text, units: units), (tick...604_800_000).contains(time) else { return nil }
        return (time + tick - 1) / tick * tick
      })
  }

  /// A time between two events, in milliseconds.
  static var period: ScalarForm { period(pattern: "^[1-9][0-9]*(ms|s|m|h)$", 50...3_600_000, "a time from 50ms to 1h") }

  /// The same, or none at all.
  static var periodOrNone: ScalarForm {
    period(pattern: "^(0s|[1-9][0-9]*(ms|s|m|h))$", 0...3_600_000, "a time up to 1h, or 0s for none")
  }

  /// A time that is looked back at every second, in milliseconds.
  static var lookBack: ScalarForm {
    ScalarForm(
      .text(pattern: "^[1-9][0-9]*(s|m)$"), "a time from 2s to 10m, in whole seconds, such as 10s or 1m",
      text: { text in
        quantity(text, units: ["s": 1000, "m": 60_000]).flatMap { (2000...600_000).contains($0) ? $0 : nil }
      })
  }

  private static func period(pattern: String, _ range: ClosedRange<UInt64>, _ expectation: String) -> ScalarForm {
    let units: [String: UInt64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]
    return ScalarForm(
      .text(pattern: pattern), "\(expectation), such as 500ms, 10s or 2m",
      text: { text in
        guard let time = quantity(text, units: units), range.contains(time) else { return nil }
        return time > 0 || text == "0s" ? time : nil
      })
  }
}

extension ScalarForm<DPDKSettings.Memory> {
  /// `auto`, or a size in whole mebibytes.
  static var memory: ScalarForm {
    ScalarForm(
      .text(pattern: "^(auto|[1-9][0-9]*(MiB|GiB))$"), "auto, or a size from 64MiB to 1024GiB such as 512MiB or 1GiB",
      text: { text in
        if text == "auto" { return .automatic }
        let size = quantity(text, units: ["MiB": 1 << 20, "GiB": 1 << 30])
        return size.flatMap { (64 << 20...1024 << 30).contains($0) ? .bytes($0) : nil }
      })
  }
}

/// A number with its unit, in units of 1; nil if the unit is missing or unknown, or 64 bits do not hold it.
private func quantity(_ text: String, units: [String: UInt64]) -> UInt64? {
  let digits = text.unicodeScalars.prefix { ("0"..."9").contains($0) }
  guard let number = decimal(Substring(digits)), let unit = units[String(text[digits.endIndex...])] else { return nil }
  let (product, overflow) = number.multipliedReportingOverflow(by: unit)
  return overflow ? nil : product
}
