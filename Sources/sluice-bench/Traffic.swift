import Net
import Tables

/// The addresses of the bench's world, and frames of 60 bytes between them.
enum Traffic {
  static let frameLength = 60
  /// Bytes between the frames of a template: a cache line.
  static let stride = 64
  /// To which all frames come.
  private static let vipMAC = MACAddress(rawValue: 0x0200_0000_0064)
  private static let backendPort: UInt16 = 8080
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
    Endpoint(IPv4Address(rawValue: 0xC0A8_0164 + UInt32(service)), 80, transport)
  }

  /// What no service claims.
  static func nobody(_ transport: TransportProtocol) -> Endpoint { Endpoint(stranger, 80, transport) }

  static func backend(_ backend: Int, of service: Int, _ trial: Trial) -> Endpoint {
    let address = IPv4Address(rawValue: 0xAC10_0000 + UInt32(service * trial.backends + backend))
    return Endpoint(address, backendPort, trial.transport)
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

  /// Writes a frame from one endpoint to another at `frame`, where 64 bytes are free.
  ///
  /// - Parameter flags: of a TCP segment.
  static func write(
    _ frame: UnsafeMutableRawPointer, from source: Endpoint, to destination: Endpoint, flags: UInt8
  ) {
    frame.initializeMemory(as: UInt8.self, repeating: 0, count: stride)
    frame.storeBytes(of: (vipMAC.rawValue << 16).bigEndian, as: UInt64.self)
    frame.storeBytes(of: UInt16(0x0800).bigEndian, toByteOffset: 12, as: UInt16.self)
    frame.storeBytes(of: 0x45, toByteOffset: 14, as: UInt8.self)
    frame.storeBytes(of: UInt16(46).bigEndian, toByteOffset: 16, as: UInt16.self)
    frame.storeBytes(of: 64, toByteOffset: 22, as: UInt8.self)
    frame.storeBytes(of: source.transport.ipNumber, toByteOffset: 23, as: UInt8.self)
    frame.storeBytes(of: source.address.rawValue.bigEndian, toByteOffset: 26, as: UInt32.self)
    frame.storeBytes(of: destination.address.rawValue.bigEndian, toByteOffset: 30, as: UInt32.self)
    frame.storeBytes(of: source.port.bigEndian, toByteOffset: 34, as: UInt16.self)
    frame.storeBytes(of: destination.port.bigEndian, toByteOffset: 36, as: UInt16.self)
    switch source.transport {
    case .tcp:
      frame.storeBytes(of: 0x50, toByteOffset: 46, as: UInt8.self)
      frame.storeBytes(of: flags, toByteOffset: 47, as: UInt8.self)
      frame.storeBytes(of: 0x1234, toByteOffset: 50, as: UInt16.self)
    default:
      frame.storeBytes(of: UInt16(26).bigEndian, toByteOffset: 38, as: UInt16.self)
      frame.storeBytes(of: 0x1234, toByteOffset: 40, as: UInt16.self)
    }
  }
}
