/// A place in a configuration file.
public struct SourcePosition: Hashable, Comparable, Sendable {
  /// From 1.
  public var line: Int
  /// From 1, in Unicode scalars.
  public var column: Int

  /// The beginning of a file.
  static let start = SourcePosition(line: 1, column: 1)
  /// Sorts before every place in a file.
  static let first = SourcePosition(line: 0, column: 0)

  public static func < (left: Self, right: Self) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

extension SourcePosition: CustomStringConvertible {
  /// `line:column`.
  public var description: String { "\(line):\(column)" }
}
