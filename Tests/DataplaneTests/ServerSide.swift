import Net
import Tables
import TestSupport

/// The scene of direct server return: VIPs with MAC addresses of their own, and servers that are known by theirs.
enum ServerSide {
  static let vip = IPv4Address(10, 0, 0, 100)
  static let vipMAC = MACAddress(rawValue: 0x0200_0000_0064)

  /// The MAC address of a server by its number.
  static func mac(_ server: Int) -> MACAddress { MACAddress(rawValue: 0x0200_0000_5000 + UInt64(server)) }

  /// A `dsr` service with servers of these numbers.
  static func service(
    _ transports: Set<TransportProtocol> = [.tcp, .udp, .icmp], _ port: UInt16 = 0, others: [UInt16] = [],
    vip: IPv4Address = vip, mac vipMAC: MACAddress = vipMAC, servers: Range<Int> = 1..<4, weight: UInt32 = 1,
    affinity: Affinity = .session, whenEmpty: EmptyAction = .drop
  ) -> ServiceDefinition {
    var service = ServiceDefinition(
      vip: vip, port: port, transports: transports, affinity: affinity, emptyAction: whenEmpty,
      backends: servers.map { BackendDefinition(mac: mac($0), weight: weight) })
    service.isByMAC = true
    service.otherPorts = others
    service.vipMAC = vipMAC
    return service
  }

  /// A frame from a client to the VIP, as the router on the link sends it.
  static func request(
    _ payload: FrameBuilder.Payload = .tcp(flags: Scene.syn), from client: IPv4Address = Scene.client,
    _ port: UInt16 = 40000, to vip: IPv4Address = vip, _ vipPort: UInt16 = 80, mac: MACAddress = vipMAC,
    data: [UInt8] = []
  ) -> FrameBuilder {
    var frame = FrameBuilder(from: client, port, to: vip, vipPort, payload, data: data)
    frame.destinationMAC = mac
    return frame
  }

  /// The server of a number below 2000 that a frame reached, if it came out of a port as it should: its MAC address to
  /// the server's, from the port's own, and nothing else changed.
  static func server(
    of output: [Rig.Output], for request: FrameBuilder, by port: PortIndex = Rig.backend
  ) -> Int? {
    guard output.count == 1, output[0].bytes.count >= 14 else { return nil }
    let mac = output[0].bytes.prefix(6).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard mac > Self.mac(0).rawValue, mac < Self.mac(2000).rawValue else { return nil }
    var expected = request
    expected.destinationMAC = MACAddress(rawValue: mac)
    expected.sourceMAC = Rig.mac(of: port)
    return output == [Rig.Output(port: port, bytes: expected.bytes)] ? Int(mac - Self.mac(0).rawValue) : nil
  }
}
