/// Rows aligned in columns, for people: text to the left, numbers to the right.
public struct TextTable {
  /// One column.
  public struct Column: Sendable {
    let title: String
    let isNumber: Bool

    /// Text, aligned to the left.
    public static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }
    /// Numbers, aligned to the right.
    public static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
  }

  private let columns: [Column]
  private var rows: [[String]] = []

  /// A table without rows.
  public init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row of one cell for each column.
  public mutating func add(_ cells: [String]) {
    precondition(cells.count == columns.count, "a cell for each column")
    rows.append(cells.map(Self.printable))
  }

  /// The table, each line ended by a line feed and free of trailing spaces.
  public var text: String {
    let lines = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { cells in
      let padded = cells.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - cells[column].count)
        return columns[column].isNumber ? padding + cells[column] : cells[column] + padding
      }
      return Self.trimmed(padded.joined(separator: "  ")) + "\n"
    }.joined()
  }

  private static func trimmed(_ line: String) -> String {
    // A space is one byte and never part of another character's.
    guard let last = line.utf8.lastIndex(where: { $0 != UInt8(ascii: " ") }) else { return "" }
    return String(line[..<line.utf8.index(after: last)])
  }

  /// A label as it may go to a terminal: what could move the cursor becomes a question mark.
  private static func printable(_ text: String) -> String {
    func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "?" : $0 }))
  }
}
