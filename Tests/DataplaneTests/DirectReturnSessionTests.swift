import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Direct server return: which server a client gets, and how long.
  @Suite struct DirectReturnSessionTests {
    /// The server that a frame reaches.
    static func reach(_ rig: Rig, _ frame: FrameBuilder) -> Int? {
      ServerSide.server(of: rig.fromClient(frame), for: frame)
    }

    /// The servers of many sessions of one client.
    static func spread(_ rig: Rig, _ payload: FrameBuilder.Payload = .udp()) -> [Int?] {
      (41000..<41200 as Range<UInt16>).map { reach(rig, ServerSide.request(payload, from: Scene.client, $0)) }
    }

    @Test func `38: with affinity session the flows of one client spread over the servers`() throws {
      let rig = try Rig(services: [ServerSide.service()], unmatched: .drop)
      #expect(Set(Self.spread(rig)) == [1, 2, 3])
      expectSettled(rig)
    }

    @Test func `37: with affinity source_ip all flows of a client go to one server, from the change on`() throws {
      let rig = try Rig(services: [ServerSide.service()], unmatched: .drop)
      let known = ServerSide.request(.udp(), from: Scene.client, 40001)
      let before = Self.reach(rig, known)
      rig.publish([ServerSide.service(affinity: .sourceIP)])
      #expect(Set(Self.spread(rig)).count == 1)
      #expect(Set(Self.spread(rig, .tcp(flags: Scene.syn))).count == 1)
      #expect(Self.reach(rig, known) == before)
      let clients = (1...40).map { IPv4Address(10, 0, 3, UInt8($0)) }
      #expect(Set(clients.map { Self.reach(rig, ServerSide.request(.udp(), from: $0)) }) == [1, 2, 3])
      expectSettled(rig)
    }

    @Test func `41: sessions keep their server when servers are added`() throws {
      let rig = try Rig(services: [ServerSide.service(servers: 1..<4)], unmatched: .drop, backendSlots: 64)
      let before = Self.spread(rig)
      rig.publish([ServerSide.service(servers: 1..<40)])
      #expect(Self.spread(rig) == before)
      let new = (50000..<50200 as Range<UInt16>).map {
        Self.reach(rig, ServerSide.request(.udp(), from: Scene.client, $0))
      }
      #expect(Set(new.compactMap { $0 }).contains { $0 > 3 })
      expectSettled(rig)
    }

    @Test func `52: all pings of a client go to one server, whatever their identifiers`() throws {
      let rig = try Rig(services: [ServerSide.service()], unmatched: .drop, backendSlots: 64)
      func ping(_ identifier: UInt16, from client: IPv4Address = Scene.client) -> Int? {
        Self.reach(rig, ServerSide.request(.icmp(type: 8), from: client, identifier))
      }
      let first = try #require(ping(1))
      for identifier in 2...200 as ClosedRange<UInt16> { #expect(ping(identifier) == first) }
      #expect(rig.counters[.sessionsActive] == 1)
      // Not even a change of the pool tells identifiers apart, as long as the client pings.
      rig.publish([ServerSide.service(servers: 1..<40)])
      for identifier in 300...320 as ClosedRange<UInt16> { #expect(ping(identifier) == first) }
      #expect(Set((1...60).map { ping(1, from: IPv4Address(10, 0, 3, UInt8($0))) }).count > 3)
      expectSettled(rig)
    }

    @Test func `68: a server that is removed gets no new session at once, and keeps or loses those it has`() throws {
      let service = ServerSide.service(servers: 1..<4)
      let rig = try Rig(services: [service], unmatched: .drop)
      let before = Self.spread(rig)
      let layout = rig.tables.layouts[0]
      func publish(_ state: BackendState) {
        var backends = layout.backends
        backends[2].state = state
        rig.publish(layouts: [
          ServiceLayout(service, at: layout.index, backends: backends, selection: rig.keys.selection)
        ])
      }
      publish(.removed)
      #expect(Self.spread(rig) == before)
      let new = (50000..<50200 as Range<UInt16>).map {
        Self.reach(rig, ServerSide.request(.udp(), from: Scene.client, $0))
      }
      #expect(Set(new) == [1, 2])
      publish(.killed)
      let after = Self.spread(rig)
      #expect(Set(after) == [1, 2])
      // Those of the others stay.
      #expect(zip(before, after).allSatisfy { $0 == 3 || $0 == $1 })
      expectSettled(rig)
    }

    @Test func `68: a killed session is reset where the service says so`() throws {
      let service = ServerSide.service(servers: 1..<2)
      let rig = try Rig(services: [service], unmatched: .drop)
      #expect(Self.reach(rig, ServerSide.request()) == 1)
      let layout = rig.tables.layouts[0]
      var backends = layout.backends
      backends[0].state = .killedWithReset
      rig.publish(layouts: [ServiceLayout(service, at: layout.index, backends: backends, selection: rig.keys.selection)]
      )
      let answer = rig.fromClient(ServerSide.request(.tcp(flags: Scene.ack)))
      #expect(answer.count == 1 && answer[0].port == Rig.frontend)
      // RST, in the 14th octet of the TCP header.
      #expect(answer.first.map { $0.bytes[47] & 0x04 } == 0x04)
      expectSettled(rig)
    }

    @Test func `72: a server whose address is not resolved gets nothing, and its sessions choose anew`() throws {
      func service(_ macs: [MACAddress?]) -> ServiceDefinition {
        var service = ServerSide.service()
        service.backends = macs.enumerated().map {
          BackendDefinition(address: IPv4Address(10, 0, 1, UInt8($0 + 1)), mac: $1)
        }
        return service
      }
      let rig = try Rig(services: [service([ServerSide.mac(1), nil])], unmatched: .drop)
      #expect(Set(Self.spread(rig)) == [1])
      rig.publish([service([nil, ServerSide.mac(2)])])
      let frame = ServerSide.request(.udp(), from: Scene.client, 41000)
      #expect(rig.explain(frame.bytes, from: Rig.frontend).session?.standing == .lost)
      #expect(Set(Self.spread(rig)) == [2])
      // Another MAC is no other server.
      rig.publish([service([ServerSide.mac(1), ServerSide.mac(7)])])
      #expect(Set(Self.spread(rig)) == [7])
      expectSettled(rig)
    }

    @Test func `46: one client's port is two sessions at two ports of a service`() throws {
      let rig = try Rig(services: [ServerSide.service([.tcp])], unmatched: .drop)
      func send(_ flags: UInt8, to port: UInt16) -> Int? {
        Self.reach(rig, ServerSide.request(.tcp(flags: flags), from: Scene.client, 40000, to: ServerSide.vip, port))
      }
      let ports = 1...4 as ClosedRange<UInt16>
      let servers = ports.map { send(Scene.syn, to: $0) }
      #expect(rig.counters[.sessionsActive] == 4)
      // What one flow does to its session is not felt by the others.
      for port in ports { _ = send(Scene.ack, to: port) }
      _ = send(Scene.reset, to: 1)
      #expect(ports.map { send(Scene.ack, to: $0) } == servers)
      let phases = Dictionary(grouping: rig.sessions(), by: \.progress.phase).mapValues(\.count)
      #expect(phases == [.established: 4])
      #expect(rig.counters[.sessionsActive] == 4)
      expectSettled(rig)
    }

    @Test func `44: phases and timeouts follow from the client's packets alone`() throws {
      let rig = try Rig(services: [ServerSide.service()], unmatched: .drop)
      func phase(after flags: UInt8) -> SessionProgress? {
        _ = rig.fromClient(ServerSide.request(.tcp(flags: flags)))
        return rig.sessions().first?.progress
      }
      #expect(phase(after: Scene.syn) == SessionProgress(.opening))
      #expect(phase(after: Scene.syn) == SessionProgress(.opening))
      #expect(phase(after: Scene.ack) == SessionProgress(.established))
      rig.skip(ticks: 35000)
      #expect(phase(after: Scene.ack) == SessionProgress(.established))
      #expect(phase(after: Scene.fin) == SessionProgress(.closing, clientFin: true))
      // The client goes on acknowledging a download: the closing timeout is renewed, and runs out when it falls silent.
      for _ in 0..<5 {
        rig.skip(ticks: 90)
        #expect(phase(after: Scene.ack) == SessionProgress(.closing, clientFin: true))
      }
      rig.skip(ticks: 101)
      #expect(rig.sessions().isEmpty)
      // A reset that the client did not send does not end what it goes on with.
      _ = phase(after: Scene.syn)
      _ = phase(after: Scene.ack)
      #expect(phase(after: Scene.reset) == SessionProgress(.closing))
      #expect(phase(after: Scene.ack) == SessionProgress(.established))
      expectSettled(rig)
    }

    @Test func `44: the second datagram and the second ping confirm a session`() throws {
      for payload in [FrameBuilder.Payload.udp(), .icmp(type: 8)] {
        let rig = try Rig(services: [ServerSide.service()], unmatched: .drop)
        _ = rig.fromClient(ServerSide.request(payload))
        #expect(rig.sessions().map(\.progress.phase) == [.opening])
        _ = rig.fromClient(ServerSide.request(payload))
        #expect(rig.sessions().map(\.progress.phase) == [.established])
        expectSettled(rig)
      }
    }

    @Test func `45: a SYN on a closing session is a new decision`() throws {
      let rig = try Rig(services: [ServerSide.service(servers: 1..<2)], unmatched: .drop, backendSlots: 64)
      for flags in [Scene.syn, Scene.ack, Scene.fin] { _ = rig.fromClient(ServerSide.request(.tcp(flags: flags))) }
      var other = ServerSide.service(servers: 1..<3)
      other.backends[0].weight = 0
      rig.publish([other])
      #expect(Self.reach(rig, ServerSide.request(.tcp(flags: Scene.ack))) == 1)
      #expect(Self.reach(rig, ServerSide.request()) == 2)
      #expect(rig.counters[.sessionsActive] == 1)
      expectSettled(rig)
    }

    @Test func `93: explain says what becomes of a frame, and changes nothing`() throws {
      let rig = try Rig(services: [ServerSide.service()], unmatched: .drop)
      let frame = ServerSide.request()
      let before = rig.explain(frame.bytes, from: Rig.frontend)
      #expect(
        before.verdict == .forwarded && before.exit == Rig.backend && before.makesSession && before.session == nil)
      #expect(before.rewrite == nil)
      let server = try #require(Self.reach(rig, frame))
      #expect(before.station == ServerSide.mac(server))
      let after = rig.explain(frame.bytes, from: Rig.frontend)
      #expect(after.station == ServerSide.mac(server) && after.session?.standing == .alive && !after.makesSession)
      #expect(rig.explain(ServerSide.request(mac: .broadcast).bytes, from: Rig.frontend).verdict == .dropped(.wrongMAC))
      #expect(rig.explain(frame.bytes, from: Rig.backend).verdict == .dropped(.fromServerSide))
      let stranger = ServerSide.request(to: IPv4Address(10, 0, 0, 9), 80)
      #expect(rig.explain(stranger.bytes, from: Rig.frontend).verdict == .dropped(.unmatched))
      expectSettled(rig)
    }
  }
}
