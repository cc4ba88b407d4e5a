/// Source ports of probes to the servers of a `dsr` service by way of its VIP: the port names the server, as that of a
/// session does, by its index within the service. Of an echo it is the identifier.
///
/// They lie above the ports that Linux gives to sockets which ask for none (`ip_local_port_range`, 32768 to 60999), and
/// have room for as many backends as a service can have.
public enum ProbePorts {
  /// That of index 0.
  @inlinable @inline(__always)
  public static var first: UInt16 { @_noLocks get { 61000 } }

  /// As many as there are indices of backends (`BackendIndex.limit`).
  @usableFromInline
  static var count: UInt16 { @_noLocks get { 4096 } }

  /// The port of a backend.
  public static func port(of backend: BackendIndex) -> UInt16 { first + backend.rawValue }

  /// The backend that a port names; nil: it is no probe's.
  @_noLocks @inlinable
  public static func backend(of port: UInt16) -> BackendIndex? {
    let index = port &- first
    return port >= first && index < count ? BackendIndex(index) : nil
  }
}
