/// Status codes of HTTP, from one to another.
public struct StatusRange: Hashable, Sendable, CustomStringConvertible {
  /// The lowest.
  public var first: UInt16
  /// The highest.
  public var last: UInt16

  /// The codes between two, and both.
  public init(first: UInt16, last: UInt16) {
    self.first = first
    self.last = last
  }

  /// Whether a code is one of them.
  public func contains(_ code: UInt) -> Bool { code >= UInt(first) && code <= UInt(last) }

  /// `200-399`, or a single code.
  public var description: String { first == last ? "\(first)" : "\(first)-\(last)" }
}
