import Net

/// What a frame turned out to be.
@frozen
public enum ParseOutcome: Equatable, Sendable {
  /// TCP or UDP; the `ParsedFrame` is filled.
  case ports
  /// An ICMP echo request; the `ParsedFrame` is filled.
  case echoRequest
  /// An ICMP echo reply; the `ParsedFrame` is filled.
  case echoReply
  /// Well-formed as far as anybody looked, and nothing that is balanced.
  case other(PassReason)
  case malformed(DropReason)
}
