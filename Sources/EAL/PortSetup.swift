import CDPDKShim
import Glibc

extension Port {
  /// What a port is made of.
  public enum Device: Hashable, Sendable {
    /// `0000:3b:00.0`.
    case pci(String)
    /// `net_af_packet0` and `iface=eth1`.
    case virtual(name: String, arguments: String)
  }

  /// How to run a port.
  public struct Settings: Sendable {
    public var receiveQueues: Int
    public var transmitQueues: Int
    public var descriptors: Int
    /// RSS types and key; nil: no RSS.
    public var hashing: Hashing?
    public var multiSegmentTransmit: Bool
    /// Whether frames for everybody are received, or only those for the port.
    public var isPromiscuous: Bool

    public init(
      receiveQueues: Int, transmitQueues: Int, descriptors: Int, hashing: Hashing?, multiSegmentTransmit: Bool,
      isPromiscuous: Bool = true
    ) {
      self.isPromiscuous = isPromiscuous
      self.receiveQueues = receiveQueues
      self.transmitQueues = transmitQueues
      self.descriptors = descriptors
      self.hashing = hashing
      self.multiSegmentTransmit = multiSegmentTransmit
    }
  }

  /// Receive-side scaling: what is hashed, with which key, and which queue each table entry means.
  public struct Hashing: Equatable, Sendable {
    public var types: UInt64
    public var key: [UInt8]
    public var redirection: [UInt16]

    public init(types: UInt64, key: [UInt8], redirection: [UInt16]) {
      self.types = types
      self.key = key
      self.redirection = redirection
    }
  }

  /// Adds a device to EAL. Where it is already there (PCI devices are probed at start) it is found.
  ///
  /// - Throws: `EALError` that names the device and what DPDK said.
  public static func add(_ device: Device) throws(EALError) -> Port {
    let (bus, name, arguments) =
      switch device {
      case .pci(let address): ("pci", address, "")
      case .virtual(let name, let arguments): ("vdev", name, arguments)
      }
    var id: UInt16 = 0
    if unsafe sluice_port_by_name(name, &id) == 0 {
      if case .pci = device { return Port(id: id) }
      // EAL itself would take a second addition for the first.
      throw .refused("device '\(name)' cannot be added: two ports cannot use one device name.")
    }
    let result = unsafe sluice_device_add(bus, name, arguments)
    guard result == 0 else { throw .refused("device '\(name)' cannot be added: \(reason(result, name)).") }
    guard unsafe sluice_port_by_name(name, &id) == 0 else {
      throw .refused("device '\(name)' was added but has no Ethernet port: is it a network device?")
    }
    return Port(id: id)
  }

  private static func reason(_ result: Int32, _ name: String) -> String {
    let said = Environment.complaint.map { " (DPDK says: \($0))" } ?? ""
    switch abs(result) {
    case EEXIST: return "two ports cannot use one device name"
    case EPERM where getuid() != 0, EACCES where getuid() != 0:
      return "\(systemMessage(result)); run as root, or with the capabilities NET_RAW and NET_ADMIN"
    // Most drivers say no more than -1, which would read as a lack of permission.
    case EPERM: return "the driver refuses it\(said); check the driver's name and its arguments"
    // "Bad address" of a name that no driver takes would mislead.
    case EFAULT: return "there is no such driver\(said)"
    default: return "\(systemMessage(result))\(said); check the driver's name and its arguments"
    }
  }

  /// Configures queues, starts, and takes every frame that arrives (promiscuous, all multicast) unless it is not to.
  ///
  /// - Returns: the settings in force: drivers adjust descriptor counts.
  /// - Throws: `EALError` that names the step and what DPDK said.
  public func start(_ settings: Settings, pool: MbufPool, socket: Int32) throws(EALError) {
    var key = settings.hashing?.key ?? []
    let keyLength = UInt8(key.count)
    var raw = unsafe sluice_port_settings()
    unsafe raw.rx_queues = UInt16(settings.receiveQueues)
    unsafe raw.tx_queues = UInt16(settings.transmitQueues)
    unsafe raw.rx_descriptors = UInt16(settings.descriptors)
    unsafe raw.tx_descriptors = UInt16(settings.descriptors)
    unsafe raw.rss_types = settings.hashing?.types ?? 0
    unsafe raw.multi_segment_tx = settings.multiSegmentTransmit
    let result = unsafe key.withUnsafeMutableBufferPointer { key in
      unsafe raw.rss_key = key.baseAddress
      unsafe raw.rss_key_length = keyLength
      return unsafe sluice_port_configure(id, &raw, socket)
    }
    try check(
      result, "configured with \(settings.receiveQueues) receive and \(settings.transmitQueues) transmit queues")
    for queue in 0..<settings.receiveQueues {
      let result = unsafe sluice_port_rx_queue(id, UInt16(queue), raw.rx_descriptors, socket, pool.raw)
      try check(result, "given receive queue \(queue) with buffers of \(pool.room) bytes")
    }
    try check(sluice_port_start(id), "started")
    if let hashing = settings.hashing {
      try check(
        unsafe sluice_port_set_reta(id, hashing.redirection, UInt16(hashing.redirection.count)), "given its RSS table")
    }
    if settings.isPromiscuous { try acceptEverything() }
  }

  /// A bump in the wire sees frames for everybody. Virtual devices without the setting see them anyway.
  private func acceptEverything() throws(EALError) {
    for (result, setting) in [
      (sluice_port_promiscuous(id), "promiscuous"), (sluice_port_all_multicast(id), "all-multicast"),
    ] {
      if result != 0, result != -ENOTSUP { try check(result, "made \(setting)") }
    }
  }

  /// Lets the TAP driver log only what is critical: it complains of secondary processes that there are not.
  public static func quietenTAP() { unsafe sluice_log_quieten("pmd.net.tap") }

  /// Bytes of the largest packet. Only of a started port.
  public func setMTU(_ mtu: Int) throws(EALError) {
    try check(sluice_port_set_mtu(id, UInt16(mtu)), "given an MTU of \(mtu)")
  }

  private func check(_ result: Int32, _ step: String) throws(EALError) {
    guard result != 0 else { return }
    let permission = abs(result) == EPERM && getuid() != 0 ? " Sluice needs root, or the capability NET_ADMIN." : ""
    throw .refused("port \(id) cannot be \(step): \(systemMessage(result)).\(permission)")
  }

  public func stop() { _ = sluice_port_stop(id) }
  /// Closes the port, and takes its device out of EAL, which has room for 32.
  public func close() { _ = sluice_port_close(id) }
}
