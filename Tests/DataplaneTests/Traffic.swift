import Net
import Tables
import TestSupport

/// Random frames from both sides: a universe so small that flows meet, and frames of every oddity.
struct Traffic {
  static let vips = [IPv4Address(10, 0, 2, 100), IPv4Address(10, 0, 2, 101)]
  static let servers = (1...5).map { IPv4Address(10, 0, 1, UInt8($0)) }
  static let clients = (1...6).map { IPv4Address(10, 0, 0, UInt8($0)) }

  /// Services that share servers, one of all protocols, three without backends.
  static let services: [ServiceDefinition] = [
    service(0, 80, [.tcp], [(0, 8002), (1, 8003), (2, 8004)]),
    service(0, 53, [.tcp, .udp, .icmp], [(0, 53), (1, 53)]),
    service(1, 80, [.tcp], [(0, 8002), (3, 8005)]),
    service(0, 81, [.tcp, .udp], [(0, 81)], weight: 0, .reject),
    service(0, 82, [.tcp], [(1, 82)], weight: 0, .drop),
    service(0, 83, [.tcp, .udp], [], .pass),
    service(1, 0, [.icmp], [(0, 0), (2, 0)]),
  ]

  /// The same, of which some keep their clients (`affinity: source_ip`), each for another time.
  static let keeping = zip(services.indices, services).map { index, service in
    let timeouts: [Int: UInt32] = [0: 150, 1: 700, 2: 60, 6: 300]
    guard let timeout = timeouts[index] else { return service }
    var service = service
    service.affinity = .sourceIP
    service.affinityTimeout = timeout
    return service
  }

  private static func service(
    _ vip: Int, _ port: UInt16, _ transports: Set<TransportProtocol>, _ backends: [(server: Int, port: UInt16)],
    weight: UInt32 = 1, _ whenEmpty: EmptyAction = .pass
  ) -> ServiceDefinition {
    ServiceDefinition(
      vip: vips[vip], port: port, transports: transports, emptyAction: whenEmpty, maglevSlots: 251,
      backends: backends.map { BackendDefinition(address: servers[$0.server], port: $0.port, weight: weight) })
  }

  var generator: SplitMix64
  /// The frontends, and the clients that servers see under other addresses.
  var sides = ReferenceSides()
  /// Whether changes switch affinity as well.
  var switchesAffinity = false

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

  mutating func any<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &generator)]
  }

  mutating func octets(_ count: Int) -> [UInt8] { (0..<count).map { _ in .random(in: 0...255, using: &generator) } }

  /// A frame, and the port it comes into.
  mutating func frame() -> (port: PortIndex, bytes: [UInt8]) {
    let isRequest = chance(55)
    let isError = chance(12)
    var frame = isError ? error(toServer: isRequest) : isRequest ? request() : reply()
    if !isError { frame.data = octets(Int.random(in: 0...24, using: &generator)) }
    if chance(10) { frame.options = octets(4 * Int.random(in: 1...10, using: &generator)) }
    if chance(20) { frame.padding = Int.random(in: 1...16, using: &generator) }
    if chance(2) { frame.fragment = any([0x2000, 0x2001, 0x00B9, 0x8000, 0xC000]) }
    if chance(15) { return (isRequest ? frontend() : Rig.backend, piece(of: frame)) }
    if chance(2) { frame.etherType = any([0x0806, 0x86DD, 0x8100, 0x88CC, 60]) }
    if chance(1) {
      frame.source = any([IPv4Address(0, 0, 0, 0), IPv4Address(127, 0, 0, 1), IPv4Address(239, 1, 1, 1)])
    }
    if chance(1) { frame.destinationMAC = MACAddress(rawValue: .max) }
    if chance(5) {
      let count = any([1, 1, 1, 2, 2, 3])
      frame.tags = (0..<count).map { _ in any([0x8100_0064, 0x88A8_0064, 0x9100_6FFF]) }
    }
    var bytes = frame.bytes
    if chance(8) { mutate(&bytes) }
    if chance(4) { bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator))) }
    return (isRequest ? frontend() : Rig.backend, bytes)
  }

  /// A piece of a datagram of few identifications, so that pieces meet: whole rows, repeated ones, overlapping ones.
  private mutating func piece(of frame: FrameBuilder) -> [UInt8] {
    var frame = frame
    frame.identification = any([1, 2, 3])
    frame.padding = 0
    frame.data = octets(64)
    let pieces = frame.fragments(of: any([24, 24, 24, 24, 32, 8]))
    return chance(50) ? pieces[0] : any(pieces)
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let end = min(chance(50) ? 58 : 90, bytes.count)
      bytes[Int.random(in: 12..<end, using: &generator)] = .random(in: 0...255, using: &generator)
    }
  }

  private mutating func frontend() -> PortIndex {
    sides.clients.count == 1 ? Rig.frontend : Rig.frontend(any(Array(sides.clients.indices)))
  }

  /// A client as servers see it, or now and then somebody else.
  private mutating func receiver() -> IPv4Address {
    let client = any(Self.clients)
    if sides.clients.count > 1, chance(5) {
      return any([IPv4Address(9, 9, 9, 9), IPv4Address(224, 0, 0, 9), IPv4Address(255, 255, 255, 255)])
    }
    if !sides.pairs.isEmpty, chance(80), let seen = sides.seen(Endpoint(client, 0, .udp)) { return seen.address }
    return client
  }

  private mutating func payload(_ transport: TransportProtocol, isRequest: Bool) -> FrameBuilder.Payload {
    if chance(2) { return .other(any([2, 47, 50, 132])) }
    switch transport {
    case .tcp:
      let flags: [UInt8] = [
        2, 2, 0x12, 0x10, 0x10, 0x18, 0x11, 0x11, 4, 0x14, 1, 0, .random(in: 0...255, using: &generator),
      ]
      return .tcp(
        flags: any(flags), sequence: .random(in: 0 ... .max, using: &generator),
        acknowledgment: .random(in: 0 ... .max, using: &generator),
        options: octets(chance(20) ? 4 * Int.random(in: 1...10, using: &generator) : 0))
    case .udp: return .udp(checksum: chance(80))
    case .icmp:
      if chance(10) { return .icmp(type: any([3, 5, 11, 13, isRequest ? 0 : 8])) }
      return .icmp(type: isRequest ? 8 : 0)
    }
  }

  /// An ICMP error about a reply, to the server, or about a request, to the client.
  private mutating func error(toServer: Bool) -> FrameBuilder {
    var quoted = toServer ? reply() : request()
    if chance(90) {
      let service = any(Self.services)
      if toServer { (quoted.source, quoted.sourcePort) = (service.vip, service.port) }
    }
    if !toServer, chance(90) {
      let (transport, server) = server()
      quoted.payload = payload(transport, isRequest: true)
      (quoted.destination, quoted.destinationPort) = server
    }
    quoted.data = octets(Int.random(in: 0...24, using: &generator))
    if chance(10) { quoted.options = octets(4 * Int.random(in: 1...10, using: &generator)) }
    if chance(5) { quoted.fragment = any([0x2000, 0x2001, 0x00B9]) }
    let length = any([28, 28, 48, .max, .random(in: 0...70, using: &generator)])
    let sender = chance(50) ? quoted.destination : IPv4Address(192, 0, 2, 1)
    return FrameBuilder(
      from: sender, any([0, 0x1234]), to: chance(95) ? quoted.source : any(Self.clients + Self.vips), 0,
      .icmp(type: any([3, 3, 3, 11, 12, 4, 5]), code: any([0, 1, 3, 4])), data: quoted.packet(length))
  }

  private mutating func request() -> FrameBuilder {
    var transport = any(TransportProtocol.allCases)
    var destination = (any(Self.vips + Self.servers), UInt16.random(in: 79...84, using: &generator))
    if chance(70) {
      let service = any(Self.services)
      transport = any(Array(service.transports.sorted { $0.code < $1.code }))
      destination = (service.vip, service.port)
    } else if chance(60) {
      (transport, destination) = server()
    }
    return FrameBuilder(
      from: any(Self.clients), UInt16.random(in: 40000..<40004, using: &generator), to: destination.0, destination.1,
      payload(transport, isRequest: true))
  }

  private mutating func reply() -> FrameBuilder {
    var (transport, source) = server()
    if chance(10) { source.1 = .random(in: 79...84, using: &generator) }
    if chance(5) { transport = any(TransportProtocol.allCases) }
    return FrameBuilder(
      from: source.0, source.1, to: receiver(), UInt16.random(in: 40000..<40004, using: &generator),
      payload(transport, isRequest: false))
  }

  /// An endpoint that some service has as a backend.
  private mutating func server() -> (TransportProtocol, (IPv4Address, UInt16)) {
    let service = any(Self.services.filter { !$0.backends.isEmpty })
    let backend = any(service.backends)
    return (any(service.transports.sorted { $0.code < $1.code }), (backend.address, backend.port))
  }

  /// Other weights in some services and, if they are to, other states.
  mutating func changed(_ layouts: [ServiceLayout], isLeaving: Bool, keys: TableSet.Keys) -> [ServiceLayout] {
    layouts.map { layout in
      var definition = layout.definition
      if [0, 1, 2, 6].contains(layout.index.rawValue), chance(60) {
        for backend in definition.backends.indices { definition.backends[backend].weight = any([0, 1, 1, 3]) }
        if switchesAffinity { definition.affinity = any([.sourceIP, .sourceIP, .sourceIP, .session]) }
      }
      let isRemoved = isLeaving && chance(8)
      let backends = zip(layout.backends, definition.backends).map { place, backend in
        var placed = PlacedBackend(backend, index: place.index, slot: place.slot)
        if isLeaving { placed.state = state(of: placed, isRemoved: isRemoved) }
        return placed
      }
      return ServiceLayout(
        definition, at: layout.index, backends: backends, isRemoved: isRemoved, selection: keys.selection,
        previous: layout)
    }
  }

  private mutating func state(of backend: PlacedBackend, isRemoved: Bool) -> BackendState {
    let leaving: [BackendState] = [.draining, .down, .downWithReset, .removed, .killed, .killedWithReset]
    let state = chance(60) ? backend.state : any(leaving)
    return isRemoved ? state.afterRemoval : state
  }
}
