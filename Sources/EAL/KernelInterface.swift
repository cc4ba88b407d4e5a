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

  /// Gives it an IPv4 address with so many bits of network.
  ///
  /// - Throws: `EALError` with what the kernel says.
  public func setAddress(_ address: UInt32, prefix: UInt8) throws(EALError) {
    let result = unsafe sluice_interface_set_address(name, address, prefix)
    guard result != 0 else { return }
    throw .refused("the kernel gives interface '\(name)' no address: \(systemMessage(result)).")
  }

  /// Keeps the kernel from speaking IPv6 on it, as far as the kernel lets itself be told.
  public func silenceIPv6() { unsafe sluice_interface_without_ipv6(name) }

  /// Lets it receive from every address to which the kernel has any route, not only from those to which it would send
  /// by it (RFC 3704, loose mode), as far as the kernel lets itself be told.
  public func acceptAnyRoute() { unsafe sluice_interface_loose(name) }

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
