import Net

/// Clients of one network that servers see as those of another of the same size, so that replies must come back through
/// us: the network's bits are replaced, the host's stay (behaviour 74).
@frozen
public struct SourceRewrite: Equatable, Sendable {
  /// Where the clients are.
  public let from: IPv4Prefix
  /// Where servers see them.
  public let to: IPv4Prefix
  /// Change of every checksum that covers the address, from a client's own to the other: of all clients the same, as the
  /// host's bits are.
  public let delta: ChecksumDelta

  /// - Parameters are of the same length; bits behind it mean nothing.
  public init(from: IPv4Prefix, to: IPv4Prefix) {
    precondition(from.length == to.length, "the configuration's reader has checked it")
    self.from = from.masked
    self.to = to.masked
    delta = ChecksumDelta(from: from.network, to: to.network)
  }

  /// What servers see of a client in `from`.
  @_noLocks @inlinable @inline(__always)
  public func rewritten(_ client: IPv4Address) -> IPv4Address {
    IPv4Address(rawValue: client.rawValue & ~from.mask | to.address.rawValue)
  }

  /// The client that servers see as an address in `to`.
  @_noLocks @inlinable @inline(__always)
  public func restored(_ seen: IPv4Address) -> IPv4Address {
    IPv4Address(rawValue: seen.rawValue & ~to.mask | from.address.rawValue)
  }
}
