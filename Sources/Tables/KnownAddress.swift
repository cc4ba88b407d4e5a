import Net

/// An address of the ports' own segments that ARP packets are looked at for. 16 bytes.
@frozen
public struct KnownAddress: Equatable, Sendable {
  public let address: IPv4Address
  @usableFromInline let flags: UInt8
  /// Where the address is said to be; zero: at the port that is asked.
  public let mac: MACAddress

  /// - Parameters:
  ///   - mac: what requests for it are answered with; zero: the asking port's own address.
  ///   - answersClients: whether requests from frontends are answered.
  ///   - answersServers: whether requests from backend ports are.
  ///   - isNeighbour: whether it is a host's, of whose whereabouts management is told.
  public init(
    _ address: IPv4Address, mac: MACAddress = MACAddress(rawValue: 0), answersClients: Bool = false,
    answersServers: Bool = false, isNeighbour: Bool = false
  ) {
    self.address = address
    self.mac = mac
    flags = (answersClients ? 1 : 0) | (answersServers ? 2 : 0) | (isNeighbour ? 4 : 0)
  }

  /// Nobody's.
  static let vacant = KnownAddress(IPv4Address(rawValue: 0))

  /// Whether it is Sluice's to answer for, on one side or the other, so that nobody else may claim it.
  @inlinable @inline(__always)
  public var isOwn: Bool { @_noLocks get { flags & 3 != 0 } }

  /// Whether management wants to hear where it is.
  @inlinable @inline(__always)
  public var isNeighbour: Bool { @_noLocks get { flags & 4 != 0 } }

  /// Whether a request that comes in from clients, or from servers, is answered.
  @_noLocks @inlinable @inline(__always)
  public func answers(clients: Bool) -> Bool { flags & (clients ? 1 : 2) != 0 }

  /// What a port answers with.
  @_noLocks @inlinable @inline(__always)
  public func mac(at port: MACAddress) -> MACAddress { mac.isZero ? port : mac }
}
