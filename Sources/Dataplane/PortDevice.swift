import EAL
import Synchronization

/// The device of a port, which comes and goes while the port keeps its name, its index and its sessions. Any thread.
public final class PortDevice: Sendable {
  private let current: Mutex<Port?>

  init(_ port: Port?) { current = Mutex(port) }

  /// The device; nil while the port is removed.
  public var port: Port? { current.withLock { $0 } }

  func set(_ port: Port?) { current.withLock { $0 = port } }
}
