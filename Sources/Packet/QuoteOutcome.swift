/// What an ICMP error says of the packet that it is about.
@frozen
public enum QuoteOutcome: Equatable, Sendable {
  /// A packet of a flow: its ends as it was sent, its offsets from the frame's first byte, its event unspecified.
  case packet(ParsedFrame)
  /// Nothing that names a flow.
  case none
  /// What would name it does not all lie in the first segment.
  case scattered
}
