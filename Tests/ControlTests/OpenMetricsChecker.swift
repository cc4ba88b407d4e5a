/// Reads OpenMetrics text as strictly as its specification says, for what Sluice writes: gauges, counters, histograms and
/// info, without timestamps and exemplars. Shares no code with the writer.
struct OpenMetricsChecker {
  struct Sample: Hashable {
    var name: String
    var labels: [String: String]
  }

  private struct Family {
    var name: String
    var type: String?
    var unit: String?
    var help: String?
    var hasSamples = false
  }

  private(set) var values: [Sample: Double] = [:]
  private(set) var faults: [String] = []
  private var family: Family?
  private var seen: Set<String> = []
  /// The bucket that was read last.
  private var bucket: (labels: [String: String], bound: Double, count: Double)?

  init(_ text: String) {
    guard text.hasSuffix("\n") else {
      faults = ["the last line does not end"]
      return
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    if lines.popLast() != "# EOF" { faults.append("the end is missing") }
    for line in lines { read(String(line)) }
    finishFamily()
  }

  private mutating func read(_ line: String) {
    if line.hasPrefix("# ") {
      let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
      guard words.count == 4 else { return fail("metadata", line) }
      metadata(words[1], words[2], words[3], line)
    } else {
      sample(line)
    }
  }

  private mutating func metadata(_ kind: String, _ name: String, _ value: String, _ line: String) {
    if family?.name != name {
      finishFamily()
      if !Self.isName(name) { fail("name", line) }
      if !seen.insert(name).inserted { fail("a family in two places", line) }
      family = Family(name: name)
    }
    if family?.hasSamples == true { fail("metadata after samples", line) }
    switch kind {
    case "TYPE":
      if family?.type != nil || !["gauge", "counter", "info", "histogram"].contains(value) { fail("type", line) }
      family?.type = value
    case "UNIT":
      if family?.unit != nil || !name.hasSuffix("_" + value) { fail("unit", line) }
      family?.unit = value
    case "HELP":
      if family?.help != nil || Self.unescaped(value) == nil { fail("help", line) }
      family?.help = value
    default: fail("metadata", line)
    }
  }

  private mutating func finishFamily() {
    guard let family else { return }
    for reserved in ["_total", "_info"] where family.name.hasSuffix(reserved) { fail("reserved suffix", family.name) }
    if family.type == nil || family.help == nil { fail("a family without metadata", family.name) }
    if family.type == "info", family.unit != nil { fail("info with a unit", family.name) }
  }

  private mutating func sample(_ line: String) {
    var rest = Substring(line)
    let name = String(rest.prefix { $0 != "{" && $0 != " " })
    rest = rest.dropFirst(name.count)
    guard let labels = Self.labels(&rest), rest.first == " " else { return fail("labels", line) }
    guard let value = Self.number(rest.dropFirst()) else { return fail("value", line) }
    if family?.type == "histogram" { return histogramSample(name, labels, value, line) }
    let suffix = ["gauge": "", "counter": "_total", "info": "_info"][family?.type ?? ""]
    guard let family, let suffix, name == family.name + suffix else { return fail("a sample outside its family", line) }
    self.family?.hasSamples = true
    if family.type == "counter", value < 0 || value.isNaN { fail("a negative counter", line) }
    if family.type == "info", value != 1 { fail("info other than 1", line) }
    if values.updateValue(value, forKey: Sample(name: name, labels: labels)) != nil { fail("a sample twice", line) }
  }

  /// Buckets with ascending bounds and counts up to that of infinity, which is the count; then the count and the sum.
  private mutating func histogramSample(_ name: String, _ labels: [String: String], _ value: Double, _ line: String) {
    guard let family, value >= 0 else { return fail("a sample outside its family", line) }
    self.family?.hasSamples = true
    if values.updateValue(value, forKey: Sample(name: name, labels: labels)) != nil { fail("a sample twice", line) }
    var series = labels
    switch name.dropFirst(family.name.count) {
    case "_bucket" where name.hasPrefix(family.name):
      guard let bound = series.removeValue(forKey: "le").flatMap({ $0 == "+Inf" ? .infinity : Double($0) }) else {
        return fail("a bucket without a bound", line)
      }
      if let last = bucket, last.labels == series, last.bound >= bound || last.count > value { fail("buckets", line) }
      bucket = (series, bound, value)
    case "_count" where name.hasPrefix(family.name):
      if bucket?.labels != series || bucket?.bound != .infinity || bucket?.count != value { fail("a count", line) }
    case "_sum" where name.hasPrefix(family.name): break
    default: fail("a sample outside its family", line)
    }
  }

  private mutating func fail(_ what: String, _ line: String) { faults.append("\(what): \(line)") }

  private static func labels(_ rest: inout Substring) -> [String: String]? {
    var labels: [String: String] = [:]
    guard rest.first == "{" else { return labels }
    rest = rest.dropFirst()
    while true {
      let name = String(rest.prefix { $0 != "=" })
      rest = rest.dropFirst(name.count)
      guard isName(name), !name.contains(":"), rest.hasPrefix("=\"") else { return nil }
      rest = rest.dropFirst(2)
      var escaped = ""
      while let character = rest.popFirst(), character != "\"" {
        escaped.append(character)
        if character == "\\", let next = rest.popFirst() { escaped.append(next) }
      }
      guard let value = unescaped(escaped), labels.updateValue(value, forKey: name) == nil else { return nil }
      guard let next = rest.popFirst() else { return nil }
      if next == "}" { return labels }
      guard next == "," else { return nil }
    }
  }

  private static func unescaped(_ text: String) -> String? {
    var result = ""
    var characters = text.makeIterator()
    while let character = characters.next() {
      guard character == "\\" else {
        if character == "\n" || character == "\"" { return nil }
        result.append(character)
        continue
      }
      switch characters.next() {
      case "\\": result += "\\"
      case "\"": result += "\""
      case "n": result += "\n"
      default: return nil
      }
    }
    return result
  }

  private static func number(_ text: Substring) -> Double? {
    let allowed = "0123456789.eE+-"
    guard !text.isEmpty, text.allSatisfy({ allowed.contains($0) }) else { return nil }
    return Double(text)
  }

  private static func isName(_ name: String) -> Bool {
    guard let first = name.first, first.isASCII, first.isLetter || first == "_" || first == ":" else { return false }
    return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
  }
}
