import Configuration
import EAL
import Net

/// What management knows of a running port: its facts, its link, and its counters to read at any time.
public struct PortObservation: Sendable {
  /// Position among the ports.
  public var index: PortIndex
  /// Its key under `ports` in the configuration.
  public var name: String
  /// The side it faces.
  public var role: PortSettings.Role
  /// As the configuration writes it.
  public var device: String
  /// DPDK's name of the driver.
  public var driver: String
  /// The port's own address at the start.
  public var mac: MACAddress
  /// Bytes of payload that a frame may carry.
  public var mtu: Int
  /// Receive queues in use.
  public var receiveQueues: Int
  /// Transmit queues in use.
  public var transmitQueues: Int
  /// What the run loop last saw of the link.
  public var link: LinkState
  /// The kernel's interface that is the port's twin, and its place among the workers' ports; nil: there is none.
  public var twin: (name: String, index: PortIndex)?
  /// Whether the port has its device; false while it is removed. Any thread.
  public var isThere: @Sendable () -> Bool
  /// The port's own address now, which another device may have brought; nil while the port is removed. Any thread.
  public var currentMAC: @Sendable () -> MACAddress?
  /// Reads the driver's counters; nil when it has none. Any thread.
  public var statistics: @Sendable () -> Port.Statistics?

  /// A port whose counters come from somewhere else than a driver.
  public init(
    index: PortIndex, name: String, role: PortSettings.Role, device: String, driver: String, mac: MACAddress, mtu: Int,
    receiveQueues: Int, transmitQueues: Int, link: LinkState, isThere: @escaping @Sendable () -> Bool = { true },
    currentMAC: (@Sendable () -> MACAddress?)? = nil, statistics: @escaping @Sendable () -> Port.Statistics?
  ) {
    self.index = index
    self.name = name
    self.role = role
    self.device = device
    self.driver = driver
    self.mac = mac
    self.mtu = mtu
    self.receiveQueues = receiveQueues
    self.transmitQueues = transmitQueues
    self.link = link
    self.isThere = isThere
    self.currentMAC = currentMAC ?? { isThere() ? mac : nil }
    self.statistics = statistics
  }

  /// What the kernel sends by the port's twin, as if that were a port.
  var kernelSide: PortObservation? {
    guard let twin else { return nil }
    var side = self
    (side.name, side.index) = twin
    return side
  }

  /// A started port.
  ///
  /// - Parameter port: its device; nil while it is removed.
  public init(
    index: PortIndex, settings: PortSettings, port: @escaping @Sendable () -> Port?, information: Port.Information,
    mtu: Int, receiveQueues: Int, transmitQueues: Int, link: LinkState = LinkState()
  ) {
    self.init(
      index: index, name: settings.name, role: settings.role, device: settings.device.description,
      driver: information.driver, mac: MACAddress(rawValue: information.mac), mtu: mtu,
      receiveQueues: receiveQueues, transmitQueues: transmitQueues, link: link, isThere: { port() != nil },
      currentMAC: { port().flatMap { try? $0.information() }.map { MACAddress(rawValue: $0.mac) } },
      statistics: { port()?.statistics() })
  }
}
