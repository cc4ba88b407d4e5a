/// Which side of the balancer a port is on.
@frozen
public enum PortSide: Sendable {
  /// Clients are here.
  case frontend
  /// Servers are here.
  case backend

  @inlinable @inline(__always)
  public var isFrontend: Bool {
    @_noLocks get {
      switch self {
      case .frontend: true
      case .backend: false
      }
    }
  }
}
