import Foundation

/// Writes the OpenMetrics 1.0 text format: family by family, each with its metadata and then all of its
/// samples (https://prometheus.io/docs/specs/om/open_metrics_spec).
struct OpenMetricsText {
  /// What a family's samples mean.
  enum Kind: String {
    /// Goes up and down.
    case gauge
    /// Only goes up; its samples end in `_total`.
    case counter
    /// Facts as labels; its samples end in `_info` and are 1.
    case info
    /// How values are spread; its samples are buckets that include those below, a count and a sum.
    case histogram

    fileprivate var suffix: String {
      switch self {
      case .gauge, .histogram: ""
      case .counter: "_total"
      case .info: "_info"
      }
    }
  }

  typealias Labels = [(name: String, value: String)]

  private var output = ""
  private var sampleName = ""

  /// Begins a family. `unit`, when there is one, is the last word of the name.
  mutating func family(_ name: String, _ kind: Kind, unit: String? = nil, _ help: String) {
    precondition(unit.map { name.hasSuffix("_" + $0) } ?? true, "a family's name ends in its unit")
    output += "# TYPE \(name) \(kind.rawValue)\n"
    if let unit { output += "# UNIT \(name) \(unit)\n" }
    output += "# HELP \(name) \(Self.escaped(help))\n"
    sampleName = name + kind.suffix
  }

  /// A sample of the family that began last.
  mutating func sample(_ labels: Labels, _ value: UInt64) { line(labels, "\(value)") }

  /// A sample of the family that began last.
  mutating func sample(_ labels: Labels, _ value: Double) { line(labels, "\(value)") }

  /// The samples of the histogram that began last.
  ///
  /// - Parameter counts: at position n the values from 2^(n-1) up to 2^n millionths; at the last those above as well.
  mutating func histogram(_ labels: Labels, _ counts: [UInt64], sum: Double) {
    let family = sampleName
    var total: UInt64 = 0
    sampleName = family + "_bucket"
    for (position, count) in counts.enumerated() {
      total += count
      let bound = position == counts.count - 1 ? "+Inf" : "\(Double(UInt64(1) << position) / 1e6)"
      line(labels + [("le", bound)], "\(total)")
    }
    sampleName = family + "_count"
    line(labels, "\(total)")
    sampleName = family + "_sum"
    line(labels, "\(sum)")
    sampleName = family
  }

  /// The whole exposition.
  func finished() -> Data { Data((output + "# EOF\n").utf8) }

  private mutating func line(_ labels: Labels, _ value: String) {
    output += sampleName
    var mark = "{"
    for (name, value) in labels {
      output += mark
      output += name
      output += "=\""
      output += Self.escaped(value)
      output += "\""
      mark = ","
    }
    output += labels.isEmpty ? " " : "} "
    output += value
    output += "\n"
  }

  /// Backslash, quotation mark and line feed, the same in help texts and label values.
  static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x22 || $0 == 0x0A }) else { return text }
    return text.reduce(into: "") { result, character in
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      case "\r\n": result += "\r\\n"
      default: result.append(character)
      }
    }
  }
}
