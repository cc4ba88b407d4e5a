import EAL
import struct Foundation.Date

/// One port.
public struct PortReport: Codable, Equatable, Sendable {
  /// The driver's counters since start.
  public struct Counters: Codable, Equatable, Sendable {
    /// Frames received.
    public var receivedPackets: UInt64
    /// Their bytes.
    public var receivedBytes: UInt64
    /// Frames sent.
    public var transmittedPackets: UInt64
    /// Their bytes.
    public var transmittedBytes: UInt64
    /// Frames that the device dropped because no worker fetched them in time.
    public var missed: UInt64
    /// Frames that arrived damaged.
    public var receiveErrors: UInt64
    /// Frames that could not be sent.
    public var transmitErrors: UInt64
    /// Receptions that failed for want of a packet buffer.
    public var receiveNoMbuf: UInt64

    init(_ statistics: Port.Statistics) {
      receivedPackets = statistics.receivedPackets
      receivedBytes = statistics.receivedBytes
      transmittedPackets = statistics.transmittedPackets
      transmittedBytes = statistics.transmittedBytes
      missed = statistics.missed
      receiveErrors = statistics.receiveErrors
      transmitErrors = statistics.transmitErrors
      receiveNoMbuf = statistics.receiveNoMbuf
    }
  }

  /// Whether the port has its device.
  public enum State: String, Codable, Sendable { case there, removed }

  /// Position among the ports.
  public var index: Int
  /// Its key in the configuration.
  public var name: String
  /// `frontend` or `backend`.
  public var role: String
  /// As the configuration writes it.
  public var device: String
  /// DPDK's driver.
  public var driver: String
  /// Its own address.
  public var mac: String
  /// `there`, or `removed`: taken out while running.
  public var state: State
  /// Bytes of payload that a frame may carry.
  public var mtu: Int
  /// Receive queues in use.
  public var receiveQueues: Int
  /// Transmit queues in use.
  public var transmitQueues: Int
  /// `up`, `down` or `unknown`.
  public var link: LinkState.Condition
  /// When the link became so.
  public var linkSince: Date
  /// How often it has changed.
  public var linkChanges: UInt64
  /// Absent when the driver has none.
  public var counters: Counters?

  init(_ port: PortObservation) {
    let observed = port.link.current
    index = Int(port.index.rawValue)
    name = port.name
    role = port.role.rawValue
    device = port.device
    driver = port.driver
    mac = port.mac.description
    state = port.isThere() ? .there : .removed
    mtu = port.mtu
    receiveQueues = port.receiveQueues
    transmitQueues = port.transmitQueues
    link = observed.condition
    linkSince = observed.since
    linkChanges = observed.changes
    counters = port.statistics().map(Counters.init)
  }
}
