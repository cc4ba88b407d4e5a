/// What a port does with frames that have VLAN tags.
@frozen
public enum TagAction: Sendable {
  /// What is behind the tags is treated as if there were none; the tags stay.
  case balance
  /// They cross unchanged, as frames of no service do.
  case pass
  /// They are dropped.
  case drop
}
