/// What happens to a frame that no service claims.
public enum Unmatched: String, Sendable, CaseIterable {
  /// It crosses to the other port unchanged.
  case pass
  /// It is dropped and counted.
  case drop
}
