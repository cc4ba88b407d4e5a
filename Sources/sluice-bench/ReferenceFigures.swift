/// What the yardstick says of one size: cycles a packet, input and output included, writing of frames taken off.
struct ReferenceFigures: Codable {
  /// Input and output alone.
  var transfer: Figure
  /// 16-byte entries, one bucket to choose from.
  var entry16: Figure
  /// 32-byte flows.
  var flat: Figure
  /// No flows, Maglev only.
  var stateless: Figure
  /// Parsing and a look-up of the service that fails. The program prints its minimum only.
  var pass: Double

  /// `pass` where figures are compared.
  var passFigure: Figure { Figure(minimum: pass, median: pass) }

  /// Reads the program's three lines about a size.
  init?(output: String, flows: Int) {
    let lines = output.split(separator: "\n").filter { line in
      line.split(separator: " ").first == "N=\(flows)"
    }
    guard lines.count == 3 else { return nil }
    let (table, entry, stages) = (String(lines[0]), String(lines[1]), String(lines[2]))
    guard let io = Self.number(table, after: ": io "), let written = Self.number(table, after: "io+gen "),
      let flat = Self.number(table, after: "+LB flat "), let plain = Self.number(table, after: "+LB stateless "),
      let medians = Self.numbers(table, after: "[medians "), medians.count == 5,
      let entry16 = Self.number(entry, after: "+LB entry16 "), let entryMedian = Self.number(entry, after: "[median "),
      let pass = Self.number(stages, after: "vip(=pass-through, forward) ")
    else { return nil }
    let (minimumWriting, medianWriting) = (written - io, medians[1] - medians[0])
    transfer = Figure(minimum: io, median: medians[0])
    self.entry16 = Figure(minimum: entry16 - minimumWriting, median: entryMedian - medianWriting)
    self.flat = Figure(minimum: flat - minimumWriting, median: medians[2] - medianWriting)
    stateless = Figure(minimum: plain - minimumWriting, median: medians[4] - medianWriting)
    self.pass = pass
  }

  /// The numbers after a text, as long as there are any.
  private static func numbers(_ line: String, after text: String) -> [Double]? {
    guard let range = line.firstRange(of: text) else { return nil }
    var numbers: [Double] = []
    for word in line[range.upperBound...].split(separator: " ") {
      let digits = word.prefix { $0.isNumber || $0 == "." || $0 == "-" }
      guard let number = Double(digits) else { break }
      numbers.append(number)
      if digits.count < word.count { break }
    }
    return numbers
  }

  private static func number(_ line: String, after text: String) -> Double? { numbers(line, after: text)?.first }
}
