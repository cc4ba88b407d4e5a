import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// A worker that returns directly against a dictionary of sessions, under the same random traffic, time and changes.
  @Suite struct DirectReturnModelTests {
    /// What makes a session one.
    struct Key: Hashable {
      var client: Endpoint
      var service: Int
      var port: UInt16
    }

    struct Session {
      var server: Int
      var phase: SessionPhase
      var clientFin: Bool
      var lastSeen: Tick
    }

    /// Which server a client of a service with `affinity: source_ip` has.
    struct Kept {
      var backend: Int
      var lastSeen: Tick
    }

    /// One frame as the test made it.
    struct Sent {
      var frame: FrameBuilder
      var transport: TransportProtocol
      var flags: UInt8
    }

    struct World {
      var random: SplitMix64
      var services: [ServiceDefinition]
      let rig: Rig
      var sessions: [Key: Session] = [:]
      /// By the client; one service remembers.
      var kept: [IPv4Address: Kept] = [:]
      var forwarded: UInt64 = 0
      var dropped: [DropReason: UInt64] = [:]
      static let macs = (0..<3).map { MACAddress(rawValue: 0x0200_0000_0064 + UInt64($0)) }

      init(_ random: SplitMix64) throws {
        self.random = random
        services = [
          ServerSide.service(servers: 1..<5), ServerSide.service([.tcp], 443, others: [8443], servers: 11..<13),
          ServerSide.service(
            [.udp], 53, vip: IPv4Address(10, 0, 0, 101), mac: Self.macs[1], servers: 21..<24, affinity: .sourceIP),
          ServerSide.service(
            [.tcp, .icmp], 80, vip: IPv4Address(10, 0, 0, 102), mac: .zero, servers: 31..<33),
        ]
        // Observed, which changes nothing of what becomes of packets.
        for index in services.indices { services[index].isObserved = index % 2 == 0 }
        services[2].affinityTimeout = 90
        rig = try Rig(services: services, unmatched: .drop, sessionCapacity: 65536)
      }

      mutating func any<Element>(_ values: [Element]) -> Element {
        values[Int.random(in: values.indices, using: &random)]
      }

      /// Any frame: to a VIP or beside it, to a port that is claimed or not, by its own MAC address or another's.
      mutating func frame() -> Sent {
        let transport = any(TransportProtocol.allCases)
        let flags = any([Scene.syn, Scene.syn, Scene.ack, Scene.ack, Scene.ack, Scene.fin, Scene.reset])
        let payload: FrameBuilder.Payload =
          switch transport {
          case .tcp: .tcp(flags: flags)
          case .udp: .udp()
          case .icmp: .icmp(type: 8)
          }
        let vip = Int.random(in: 0..<4, using: &random)
        var frame = ServerSide.request(
          payload, from: IPv4Address(10, 0, 3, UInt8.random(in: 1...12, using: &random)),
          UInt16.random(in: 40000...40003, using: &random), to: IPv4Address(10, 0, 0, 100 + UInt8(vip)),
          any([53, 80, 443, 8443, 9999]), mac: vip < 2 ? Self.macs[vip] : Rig.mac(of: Rig.frontend),
          data: [UInt8](repeating: 7, count: Int.random(in: 0...9, using: &random)))
        if Int.random(in: 0..<10, using: &random) == 0 { frame.destinationMAC = any(Self.macs + [.broadcast, .zero]) }
        return Sent(frame: frame, transport: transport, flags: flags)
      }

      /// The service that a frame asks for: one of the port, or else one of every port.
      func service(of sent: Sent) -> Int? {
        func claims(_ service: ServiceDefinition, _ port: UInt16) -> Bool {
          service.vip == sent.frame.destination && service.transports.contains(sent.transport)
            && (sent.transport == .icmp || ([service.port] + service.otherPorts).contains(port))
        }
        return services.firstIndex { claims($0, sent.frame.destinationPort) }
          ?? services.firstIndex { claims($0, 0) && $0.port == 0 }
      }

      func timeout(_ transport: TransportProtocol, _ phase: SessionPhase) -> UInt32 { Rig.ticks(transport, phase) }

      /// What the packet makes of a session.
      func after(_ sent: Sent, _ old: Session?, server: Int) -> Session {
        var new = old ?? Session(server: server, phase: .opening, clientFin: false, lastSeen: rig.tick())
        new.lastSeen = rig.tick()
        guard sent.transport == .tcp else {
          if old != nil { new.phase = .established }
          return new
        }
        if sent.flags & FrameBuilder.reset != 0 {
          new.phase = .closing
        } else if sent.flags & FrameBuilder.syn == 0 {
          new.clientFin = new.clientFin || sent.flags & FrameBuilder.fin != 0
          if old != nil { new.phase = new.clientFin ? .closing : .established }
        }
        return new
      }

      /// One frame into the worker; what is wrong with what it did.
      mutating func step() -> String? {
        let sent = frame()
        let explanation = rig.explain(sent.frame.bytes, from: Rig.frontend)
        let output = rig.fromClient(sent.frame)
        let reached = ServerSide.server(of: output, for: sent.frame)
        guard let index = service(of: sent) else { return drop(.unmatched, output, explanation) }
        let service = services[index]
        let expected = service.vipMAC.isZero ? Rig.mac(of: Rig.frontend) : service.vipMAC
        guard sent.frame.destinationMAC == expected else { return drop(.wrongMAC, output, explanation) }
        let isEcho = sent.transport == .icmp
        let key = Key(
          client: Endpoint(sent.frame.source, isEcho ? 0 : sent.frame.sourcePort, sent.transport), service: index,
          port: isEcho ? 0 : sent.frame.destinationPort)
        var known = sessions[key].flatMap { session in
          rig.tick().since(session.lastSeen) <= timeout(sent.transport, session.phase) ? session : nil
        }
        let opens = sent.transport == .tcp && sent.flags == Scene.syn
        if opens, known?.phase == .closing { known = nil }
        let tables = rig.tables.tables.pointee
        let record = tables.service(ServiceIndex(UInt16(index)))
        guard known != nil || !record.pointee.isEmpty else { return drop(.noBackend, output, explanation) }
        let server =
          known?.server
          ?? number(of: choice(Int(tables.choice(of: record, for: key.client).rawValue), sent, service), service)
        guard reached == server, explanation.verdict == .forwarded, explanation.station == ServerSide.mac(server) else {
          return "\(sent.frame) went to \(reached as Int?), not to \(server): \(explanation), \(output)"
        }
        forwarded += 1
        if known != nil || sent.transport != .tcp || sent.flags & FrameBuilder.reset == 0 {
          sessions[key] = after(sent, known, server: server)
        }
        return nil
      }

      /// The backend of a frame without a session; its datagrams make the memory last.
      private mutating func choice(_ stateless: Int, _ sent: Sent, _ service: ServiceDefinition) -> Int {
        guard service.affinity == .sourceIP else { return stateless }
        let known = kept[sent.frame.source].flatMap { known in
          let isDue = rig.tick().since(known.lastSeen) > service.affinityTimeout
          return isDue || service.backends[known.backend].weight == 0 ? nil : known.backend
        }
        kept[sent.frame.source] = Kept(backend: known ?? stateless, lastSeen: rig.tick())
        return known ?? stateless
      }

      private func number(of backend: Int, _ service: ServiceDefinition) -> Int {
        let mac = service.backends[backend].mac ?? .zero
        return Int(mac.rawValue) - Int(ServerSide.mac(0).rawValue)
      }

      private mutating func drop(_ reason: DropReason, _ output: [Rig.Output], _ explained: Explanation) -> String? {
        dropped[reason, default: 0] += 1
        guard output.isEmpty, explained.verdict == .dropped(reason), rig.counters[reason] == dropped[reason] else {
          return "not dropped as \(reason): \(output), \(explained), counted \(rig.counters[reason])"
        }
        return nil
      }

      /// Now and then time passes, or weights change.
      mutating func change() {
        if Int.random(in: 0..<10, using: &random) == 0 {
          let isSweeping = any([true, false])
          rig.skip(ticks: any([1, 5, 50, 95, 101, 601]), sweeping: isSweeping)
          if isSweeping { kept = kept.filter { services[2].backends[$0.value.backend].weight > 0 } }
        }
        guard Int.random(in: 0..<200, using: &random) == 0 else { return }
        for service in services.indices {
          for backend in services[service].backends.indices {
            services[service].backends[backend].weight = any([0, 1, 1, 5])
          }
        }
        rig.publish(services)
      }
    }

    @Test func `63: 50 000 random frames go where the model says, as explain said before, and nowhere else`() throws {
      var world = try World(TestSeed.generator("direct return"))
      for count in 0..<50000 {
        if let fault = world.step() {
          Issue.record("after \(count) frames: \(fault)")
          return
        }
        world.change()
      }
      print("direct return: \(world.forwarded) frames forwarded, \(world.dropped) dropped")
      #expect(world.forwarded > 10000 && world.dropped.count == 3)
      expectSettled(world.rig)
    }
  }
}
