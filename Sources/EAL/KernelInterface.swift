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

  /// Whether it is up and has an IPv4 address. What the kernel does not tell counts as yes.
  public func isUp(with address: UInt32) -> Bool {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard unsafe getifaddrs(&list) == 0 else { return true }
    // The list is this function's until it is freed, with all that it points to.
    defer { unsafe freeifaddrs(list) }
    var next = unsafe list
    while let entry = unsafe next {
      let isUp = unsafe entry.pointee.ifa_flags & UInt32(IFF_UP) != 0
      if isUp, unsafe String(cString: entry.pointee.ifa_name) == name, unsafe Self.ipv4(entry.pointee) == address {
        return true
      }
      unsafe next = unsafe entry.pointee.ifa_next
    }
    return false
  }

  private static func ipv4(_ entry: ifaddrs) -> UInt32? {
    guard let address = unsafe entry.ifa_addr, unsafe address.pointee.sa_family == AF_INET else { return nil }
    return unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
      unsafe ntohl($0.pointee.sin_addr.s_addr)
    }
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
