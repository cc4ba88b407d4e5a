import CDPDKShim

/// An Ethernet device that EAL knows, for set-up and observation. The packet path uses only its `id`.
@safe
public struct Port: Sendable {
  /// DPDK's number of the port.
  public let id: UInt16

  /// What a driver says of its port.
  public struct Information: Equatable, Sendable {
    public var driver: String
    public var maxReceiveQueues: Int
    public var maxTransmitQueues: Int
    /// Bytes, headers included; 0: not told.
    public var maxReceiveFrame: Int
    /// `RTE_ETH_RSS_*` types that the device can hash.
    public var rssTypes: UInt64
    /// Entries of the RSS indirection table; 0: none.
    public var redirectionEntries: Int
    /// Bytes of the Toeplitz key; 0: none.
    public var hashKeyLength: Int
    public var multiSegmentTransmit: Bool
    /// NUMA node, or -1.
    public var socket: Int32
    public var mtu: Int
    /// The port's own address, first octet most significant.
    public var mac: UInt64
  }

  /// Counters of the driver, since start.
  public struct Statistics: Equatable, Sendable {
    public var receivedPackets: UInt64
    public var receivedBytes: UInt64
    public var transmittedPackets: UInt64
    public var transmittedBytes: UInt64
    /// Frames that the device dropped because nobody fetched them in time.
    public var missed: UInt64
    public var receiveErrors: UInt64
    public var transmitErrors: UInt64
    /// Receptions that failed because the mbuf pool was empty.
    public var receiveNoMbuf: UInt64
  }

  /// - Throws: `EALError` naming what DPDK said.
  public func information() throws(EALError) -> Information {
    var raw = sluice_port_info()
    let result = unsafe sluice_port_info(id, &raw)
    guard result == 0 else { throw .refused("port \(id) tells nothing of itself: \(systemMessage(result))") }
    let driver = unsafe withUnsafeBytes(of: raw.driver) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    let mac = unsafe withUnsafeBytes(of: raw.mac) { unsafe $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    return Information(
      driver: driver, maxReceiveQueues: Int(raw.max_rx_queues), maxTransmitQueues: Int(raw.max_tx_queues),
      maxReceiveFrame: Int(raw.max_rx_frame), rssTypes: raw.rss_offloads, redirectionEntries: Int(raw.reta_size),
      hashKeyLength: Int(raw.hash_key_size), multiSegmentTransmit: raw.multi_segment_tx, socket: raw.socket,
      mtu: Int(raw.mtu), mac: mac)
  }

  /// The driver's counters, or nil when it has none to give.
  public func statistics() -> Statistics? {
    var raw = sluice_port_stats()
    guard unsafe sluice_port_stats(id, &raw) == 0 else { return nil }
    return Statistics(
      receivedPackets: raw.rx_packets, receivedBytes: raw.rx_bytes, transmittedPackets: raw.tx_packets,
      transmittedBytes: raw.tx_bytes, missed: raw.rx_missed, receiveErrors: raw.rx_errors,
      transmitErrors: raw.tx_errors, receiveNoMbuf: raw.rx_no_mbuf)
  }

  /// Whether the device, once started, takes VLAN tags off the frames although it is told not to.
  public func stripsTags() -> Bool { sluice_port_strips_tags(id) }

  /// Whether the driver says the link is up; nil when it does not say. `net_af_packet` always says up:
  /// `LinkWatch` knows better.
  public func isLinkUp() -> Bool? {
    var raw = sluice_link()
    guard unsafe sluice_port_link(id, &raw) == 0 else { return nil }
    return raw.up
  }
}
