/// Which side of the balancer a port is on.
@frozen
public enum PortSide: Sendable {
  /// Clients are here.
  case frontend
  /// Servers are here.
  case backend
  /// This machine's kernel is here: the other end of a port's twin.
  case kernel

  /// Whether clients are on the wire behind it.
  @inlinable @inline(__always)
  public var facesClients: Bool {
    @_noLocks get {
      switch self {
      case .frontend: true
      case .backend, .kernel: false
      }
    }
  }

  /// Whether requests come from there.
  @inlinable @inline(__always)
  public var isFrontend: Bool {
    @_noLocks get {
      switch self {
      case .frontend, .kernel: true
      case .backend: false
      }
    }
  }

  /// Whether it is this machine's kernel that is there.
  @inlinable @inline(__always)
  public var isKernel: Bool {
    @_noLocks get {
      switch self {
      case .kernel: true
      case .frontend, .backend: false
      }
    }
  }
}
