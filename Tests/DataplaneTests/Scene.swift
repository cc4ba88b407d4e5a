import Dataplane
import Net
import Tables
import TestSupport
import Testing

/// The suites that drive workers; one after the other, as they share DPDK's memory and two cores.
@Suite(.serialized) enum WorkerSuites {}

/// What most tests play with: one client, one VIP, three servers.
enum Scene {
  static let client = IPv4Address(10, 0, 0, 1)
  static let vip = IPv4Address(10, 0, 2, 100)
  static let servers = (2...4).map { IPv4Address(10, 0, 1, UInt8($0)) }
  static let syn = FrameBuilder.syn
  static let ack = FrameBuilder.ack
  static let fin = FrameBuilder.fin | FrameBuilder.ack
  static let reset = FrameBuilder.reset

  static let web = service([.tcp], 8000)
  static let dns = service([.udp], 53)
  static let echo = service([.icmp], 0)
  static let everything = service([.tcp, .udp, .icmp], 80)

  /// A service of the VIP on all three servers, whose ports are 8002, 8003, 8004.
  static func service(
    _ transports: Set<TransportProtocol>, _ port: UInt16, weights: [UInt32] = [1, 1, 1], vip: IPv4Address = vip,
    whenEmpty: EmptyAction = .pass
  ) -> ServiceDefinition {
    ServiceDefinition(
      vip: vip, port: port, transports: transports, emptyAction: whenEmpty,
      backends: zip(servers.indices, weights).map { index, weight in
        BackendDefinition(address: servers[index], port: 8002 + UInt16(index), weight: weight)
      })
  }

  /// A TCP frame from the client to the VIP.
  static func request(_ flags: UInt8, port: UInt16 = 40000, vipPort: UInt16 = 8000, data: [UInt8] = []) -> FrameBuilder
  {
    FrameBuilder(from: client, port, to: vip, vipPort, .tcp(flags: flags), data: data)
  }

  /// The server of three that a request reached, if it came out of the backend port as it should: nothing changed
  /// but the destination.
  static func server(of output: [Rig.Output], for request: FrameBuilder) -> Int? {
    guard output.count == 1 else { return nil }
    return servers.indices.first { output == [Rig.Output(port: Rig.backend, bytes: arrived(request, at: $0).bytes)] }
  }

  /// The request as a server gets it.
  static func arrived(_ request: FrameBuilder, at server: Int) -> FrameBuilder {
    var expected = request
    expected.destination = servers[server]
    expected.destinationPort = request.payload.hasPorts ? 8002 + UInt16(server) : 0
    return expected
  }

  /// What a server answers to a request.
  static func reply(
    to request: FrameBuilder, from server: Int, _ payload: FrameBuilder.Payload, data: [UInt8] = [7]
  ) -> FrameBuilder {
    FrameBuilder(
      from: servers[server], 8002 + UInt16(server), to: request.source, request.sourcePort, payload, data: data)
  }

  /// The reply as the client must see it.
  static func returned(_ reply: FrameBuilder, for request: FrameBuilder) -> [Rig.Output] {
    var expected = reply
    expected.source = request.destination
    expected.sourcePort = request.destinationPort
    return [Rig.Output(port: Rig.frontend, bytes: expected.bytes)]
  }

  /// A frame that came out of the other port as it went in.
  static func crossed(_ frame: [UInt8], from port: PortIndex) -> [Rig.Output] {
    [Rig.Output(port: port == Rig.frontend ? Rig.backend : Rig.frontend, bytes: frame)]
  }

  /// A connection to the VIP up to established; its server.
  static func connect(_ rig: Rig, port: UInt16 = 40000, at worker: Int = 0) throws -> Int {
    let open = request(syn, port: port)
    let server = try #require(Self.server(of: rig.fromClient(open, at: worker), for: open))
    _ = rig.fromServer(reply(to: open, from: server, .tcp(flags: syn | ack), data: []), at: worker)
    _ = rig.fromClient(request(ack, port: port), at: worker)
    return server
  }

  /// Both FINs and the last ACK of a connection.
  static func close(_ rig: Rig, _ request: FrameBuilder, server: Int) {
    var frame = request
    for (payload, isRequest) in [(fin, true), (fin, false), (ack, true)] {
      frame.payload = .tcp(flags: payload)
      _ = isRequest ? rig.fromClient(frame) : rig.fromServer(reply(to: request, from: server, .tcp(flags: payload)))
    }
  }
}

extension FrameBuilder.Payload {
  var hasPorts: Bool {
    switch self {
    case .tcp, .udp: true
    case .icmp, .other: false
    }
  }
}

/// At the end of a test: every frame accounted for, every mbuf back.
func expectSettled(_ rig: Rig, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(rig.isBalanced, "91: the books balance", sourceLocation: sourceLocation)
  #expect(rig.isPoolWhole, "96: every mbuf is back", sourceLocation: sourceLocation)
}
