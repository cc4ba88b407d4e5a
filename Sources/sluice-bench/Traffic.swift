import Net
import Tables

/// The addresses of the bench's world, and frames between them, as short as they can be.
enum Traffic {
  /// To which all frames come.
  private static let vipMAC = MACAddress(rawValue: 0x0200_0000_0064)
  private static let backendPort: UInt16 = 8080
  /// A router of the clients.
  private static let router = IPv4Address(198, 51, 100, 254)
  /// Where nobody listens.
  private static let stranger = IPv4Address(198, 51, 100, 1)

  // TCP flags (RFC 9293, section 3.1).
  static let syn: UInt8 = 0b0_0010
  static let synAck: UInt8 = 0b1_0010
  static let ack: UInt8 = 0b1_0000

  /// The client of a flow: 4096 ports an address, as the yardstick numbers them.
  static func client(_ flow: Int, _ transport: TransportProtocol) -> Endpoint {
    let address = IPv4Address(rawValue: 0x0A00_0000 + UInt32(truncatingIfNeeded: flow >> 12))
    return Endpoint(address, UInt16(1024 + flow & 4095), transport)
  }

  /// A flow's service: the flows go round.
  static func service(of flow: Int, _ trial: Trial) -> Int { flow % trial.services }

  static func vip(_ service: Int, _ transport: TransportProtocol) -> Endpoint {
    Endpoint(IPv4Address(rawValue: 0xC0A8_0164 + UInt32(service)), transport.hasPorts ? 80 : 0, transport)
  }

  /// What no service claims.
  static func nobody(_ transport: TransportProtocol) -> Endpoint { Endpoint(stranger, 80, transport) }

  static func backend(_ backend: Int, of service: Int, _ trial: Trial) -> Endpoint {
    let address = IPv4Address(rawValue: 0xAC10_0000 + UInt32(service * trial.backends + backend))
    return Endpoint(address, trial.transport.hasPorts ? backendPort : 0, trial.transport)
  }

  /// The services of a trial.
  static func services(_ trial: Trial) -> [ServiceDefinition] {
    (0..<trial.services).map { service in
      let vip = vip(service, trial.transport)
      if trial.scenario == .dsr { return byMAC(vip, service, trial) }
      return ServiceDefinition(
        vip: vip.address, port: vip.port, transports: [trial.transport],
        backends: (0..<trial.backends).map {
          let endpoint = backend($0, of: service, trial)
          return BackendDefinition(address: endpoint.address, port: endpoint.port)
        })
    }
  }

  /// A service that returns directly.
  private static func byMAC(_ vip: Endpoint, _ service: Int, _ trial: Trial) -> ServiceDefinition {
    var definition = ServiceDefinition(
      vip: vip.address, port: vip.port, transports: [trial.transport],
      backends: (0..<trial.backends).map {
        BackendDefinition(mac: MACAddress(rawValue: 0x0200_0000_0000 + UInt64(service * trial.backends + $0)))
      })
    definition.isByMAC = true
    definition.vipMAC = vipMAC
    return definition
  }

  /// Writes a frame from one endpoint to another at `frame`, where 64 zero bytes are.
  ///
  /// - Parameter flags: of a TCP segment.
  static func write(
    _ frame: UnsafeMutableRawPointer, from source: Endpoint, to destination: Endpoint, flags: UInt8
  ) {
    writeHeaders(frame, from: source.address, to: destination.address, source.transport, length: 46)
    writeTransport(frame + 34, from: source, to: destination, flags: flags, length: 26)
  }

  /// Writes one of the two fragments of a datagram, 24 octets in the first.
  ///
  /// - Parameter number: the datagram's identification.
  static func writeFragment(
    _ frame: UnsafeMutableRawPointer, from source: Endpoint, to destination: Endpoint, number: UInt16, isFirst: Bool
  ) {
    writeHeaders(frame, from: source.address, to: destination.address, source.transport, length: 44)
    store(number, frame, 18)
    // More fragments; or the offset in eights of octets (RFC 791, section 3.1).
    store(UInt16(isFirst ? 0x2000 : 3), frame, 20)
    if isFirst { writeTransport(frame + 34, from: source, to: destination, flags: ack, length: 48) }
  }

  /// Writes a router's complaint that a packet was too long for the way on (RFC 1191), in 70 bytes.
  static func writeError(_ frame: UnsafeMutableRawPointer, about source: Endpoint, to destination: Endpoint) {
    writeHeaders(frame, from: router, to: source.address, .icmp, length: 56)
    store(UInt16(0x0304), frame, 34)
    store(UInt16(1400), frame, 40)
    writeIPv4(frame + 42, from: source.address, to: destination.address, source.transport, length: 1500)
    writeTransport(frame + 62, from: source, to: destination, flags: ack, length: 1480, isWhole: false)
  }

  // MARK: Headers

  private static func store<Value: FixedWidthInteger>(_ value: Value, _ header: UnsafeMutableRawPointer, _ offset: Int)
  {
    header.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Value.self)
  }

  private static func writeHeaders(
    _ frame: UnsafeMutableRawPointer, from source: IPv4Address, to destination: IPv4Address,
    _ transport: TransportProtocol, length: UInt16
  ) {
    store(vipMAC.rawValue << 16, frame, 0)
    store(UInt16(0x0800), frame, 12)
    writeIPv4(frame + 14, from: source, to: destination, transport, length: length)
  }

  private static func writeIPv4(
    _ header: UnsafeMutableRawPointer, from source: IPv4Address, to destination: IPv4Address,
    _ transport: TransportProtocol, length: UInt16
  ) {
    store(UInt8(0x45), header, 0)
    store(length, header, 2)
    store(UInt8(64), header, 8)
    store(transport.ipNumber, header, 9)
    store(source.rawValue, header, 12)
    store(destination.rawValue, header, 16)
  }

  /// - Parameters:
  ///   - length: of header and data, in octets.
  ///   - isWhole: whether there is more than the first eight octets.
  private static func writeTransport(
    _ header: UnsafeMutableRawPointer, from source: Endpoint, to destination: Endpoint, flags: UInt8, length: UInt16,
    isWhole: Bool = true
  ) {
    // Where a protocol's checksum is, it is any but 0: nobody here sums it up.
    switch source.transport {
    case .tcp:
      store(source.port, header, 0)
      store(destination.port, header, 2)
      guard isWhole else { return }
      store(UInt8(0x50), header, 12)
      store(flags, header, 13)
      store(UInt16(0x3412), header, 16)
    case .udp:
      store(source.port, header, 0)
      store(destination.port, header, 2)
      store(length, header, 4)
      store(UInt16(0x3412), header, 6)
    case .icmp:
      // The server's end has no identifier: what has one at its source is a request.
      store(UInt8(source.port == 0 ? 0 : 8), header, 0)
      store(UInt16(0x3412), header, 2)
      store(source.port | destination.port, header, 4)
    }
  }
}
