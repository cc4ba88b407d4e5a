import CDPDKShim
import Glibc

/// A network interface of the kernel, which some virtual devices sit on.
public struct KernelInterface: Sendable {
  public let name: String

  public init(name: String) { self.name = name }

  /// Bytes of the largest packet, without the Ethernet header; nil when there is no such interface.
  public var mtu: Int? {
    let result = unsafe sluice_interface_mtu(name)
    return result < 0 ? nil : Int(result)
  }

  /// Whether it is up and has a carrier; false when there is no such interface.
  public var isRunning: Bool { unsafe sluice_interface_running(name) == 1 }
}

/// Notices, through rtnetlink, that some interface of the kernel has changed.
public struct LinkWatch: Sendable {
  private let handle: Int32

  /// Nil when the kernel refuses.
  public init?() {
    handle = sluice_link_watch_open()
    guard handle >= 0 else { return nil }
  }

  /// Whether anything has changed since the last call; never waits.
  public func hasChanged() -> Bool { sluice_link_watch_drain(handle) }

  /// Ends the watch.
  public func close() { _ = Glibc.close(handle) }
}
