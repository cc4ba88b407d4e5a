import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// ARP at a worker whose tables name addresses.
  @Suite struct ARPAnswerTests {
    static let vip = Scene.vip
    static let vipMAC = MACAddress(rawValue: 0x02_0000_000064)
    static let asking = MACAddress(rawValue: 0x02_0000_00000A)
    static let own = IPv4Address(10, 0, 1, 250)
    static let server = Scene.servers[0]
    static let serverMAC = MACAddress(rawValue: 0x02_0000_000102)
    /// A VIP with a MAC of its own, one at the port's, an address for the servers, and a server.
    static let addresses = [
      KnownAddress(vip, mac: vipMAC, answersClients: true),
      KnownAddress(IPv4Address(10, 0, 2, 101), answersClients: true),
      KnownAddress(own, answersServers: true),
      KnownAddress(server, isNeighbour: true),
    ]
    static let request = ARPMessage.request(for: vip, from: Scene.client, asking)

    static func rig(_ unmatched: UnmatchedAction = .drop) throws -> Rig {
      try Rig(services: [Scene.web], unmatched: unmatched, addresses: addresses)
    }

    static func heard(_ rig: Rig) -> [WorkerNotice] {
      var notices: [WorkerNotice] = []
      while let notice = rig.notices[0].take() { notices.append(notice) }
      return notices
    }

    /// The answer to a request, written octet by octet from RFC 826.
    static func answer(from mac: MACAddress, _ address: [UInt8], to asking: MACAddress, _ asked: [UInt8]) -> [UInt8] {
      func octets(_ mac: MACAddress) -> [UInt8] {
        (0..<6).map { UInt8(truncatingIfNeeded: mac.rawValue >> (40 - $0 * 8)) }
      }
      return octets(asking) + octets(mac) + [8, 6, 0, 1, 8, 0, 6, 4, 0, 2] + octets(mac) + address + octets(asking)
        + asked + [UInt8](repeating: 0, count: 18)
    }

    @Test func `25, 61: a request for a VIP is answered with its MAC, out of the asking port`() throws {
      let rig = try Self.rig()
      let answer = Self.answer(from: Self.vipMAC, [10, 0, 2, 100], to: Self.asking, [10, 0, 0, 1])
      for destination in [MACAddress.broadcast, Self.vipMAC, Rig.mac(of: Rig.frontend)] {
        let frame = Self.request.frame(from: Self.asking, to: destination)
        #expect(rig.send(frame, into: Rig.frontend) == [Rig.Output(port: Rig.frontend, bytes: answer)])
      }
      #expect(rig.counters[.answered] == 3)
      #expect(Self.heard(rig).isEmpty)
      expectSettled(rig)
    }

    @Test func `61: a VIP without a MAC is at the port that is asked`() throws {
      let rig = try Self.rig()
      let request = ARPMessage.request(for: IPv4Address(10, 0, 2, 101), from: Scene.client, Self.asking)
      let answer = Self.answer(from: Rig.mac(of: Rig.frontend), [10, 0, 2, 101], to: Self.asking, [10, 0, 0, 1])
      let output = rig.send(request.frame(from: Self.asking, to: .broadcast), into: Rig.frontend)
      #expect(output == [Rig.Output(port: Rig.frontend, bytes: answer)])
      expectSettled(rig)
    }

    @Test func `25, 61: a probe is answered, to nobody's address`() throws {
      let rig = try Self.rig()
      let probe = ARPMessage.request(for: Self.vip, from: IPv4Address(0, 0, 0, 0), Self.asking)
      let answer = Self.answer(from: Self.vipMAC, [10, 0, 2, 100], to: Self.asking, [0, 0, 0, 0])
      let output = rig.send(probe.frame(from: Self.asking, to: .broadcast), into: Rig.frontend)
      #expect(output == [Rig.Output(port: Rig.frontend, bytes: answer)])
      #expect(rig.counters[.addressConflicts] == 0)
      expectSettled(rig)
    }

    @Test func `72: servers are told where Sluice's own address is, and clients are not`() throws {
      let rig = try Self.rig()
      let request = ARPMessage.request(for: Self.own, from: Self.server, Self.serverMAC)
      let frame = request.frame(from: Self.serverMAC, to: .broadcast)
      let answer = Self.answer(from: Rig.mac(of: Rig.backend), [10, 0, 1, 250], to: Self.serverMAC, [10, 0, 1, 2])
      #expect(rig.send(frame, into: Rig.backend) == [Rig.Output(port: Rig.backend, bytes: answer)])
      #expect(rig.send(frame, into: Rig.frontend).isEmpty)
      #expect(rig.counters[DropReason.unmatched] == 1)
      expectSettled(rig)
    }

    /// Requests that are not Sluice's to answer.
    static let others: [(name: String, frame: [UInt8], port: PortIndex)] = [
      (
        "for another address",
        ARPMessage.request(for: Scene.client, from: Scene.client, asking)
          .frame(from: asking, to: .broadcast), Rig.frontend
      ),
      ("for a VIP, from a server", request.frame(from: asking, to: .broadcast), Rig.backend),
      ("for a VIP, of another host", request.frame(from: asking, to: serverMAC), Rig.frontend),
      (
        "for a server",
        ARPMessage.request(for: server, from: Scene.client, asking)
          .frame(from: asking, to: .broadcast), Rig.frontend
      ),
      (
        "from a group",
        ARPMessage.request(for: vip, from: Scene.client, .broadcast)
          .frame(from: asking, to: .broadcast), Rig.frontend
      ),
      (
        "from nowhere",
        ARPMessage.request(for: vip, from: Scene.client, MACAddress(rawValue: 0))
          .frame(from: asking, to: .broadcast), Rig.frontend
      ),
      ("a reply", request.answer(by: vipMAC).frame(from: vipMAC, to: asking), Rig.frontend),
      ("cut short", Array(request.frame(from: asking, to: .broadcast).prefix(41)), Rig.frontend),
    ]

    @Test(arguments: others.indices)
    func `62: a request for another address is not answered`(_ index: Int) throws {
      let (name, frame, port) = Self.others[index]
      let dropping = try Self.rig()
      #expect(dropping.send(frame, into: port).isEmpty, "\(name)")
      #expect(dropping.counters[DropReason.unmatched] == 1)
      let passing = try Self.rig(.pass)
      #expect(passing.send(frame, into: port) == Scene.crossed(frame, from: port), "\(name)")
      for rig in [dropping, passing] {
        #expect(rig.counters[.answered] == 0)
        expectSettled(rig)
      }
    }

    @Test(arguments: [Rig.frontend, Rig.backend])
    func `71: whoever else claims a VIP is counted and told of, and not answered`(_ port: PortIndex) throws {
      let rig = try Self.rig()
      let claims = [
        ARPMessage.announcement(of: Self.vip, at: Self.serverMAC),
        ARPMessage.request(for: Self.vip, from: Scene.client, Self.asking).answer(by: Self.serverMAC),
        ARPMessage.request(for: Scene.client, from: Self.vip, Self.serverMAC),
      ]
      for claim in claims { #expect(rig.send(claim.frame(from: Self.serverMAC, to: .broadcast), into: port).isEmpty) }
      #expect(rig.counters[.addressConflicts] == 3)
      #expect(Self.heard(rig) == claims.map { .arp($0, port) })
      // Our own announcements, sent back by a switch, or from one of our ports to another on the same segment.
      let shared = IPv4Address(10, 0, 2, 101)
      for (address, mac) in [(Self.vip, Self.vipMAC), (shared, Rig.mac(of: Rig.frontend))] {
        let own = ARPMessage.announcement(of: address, at: mac)
        #expect(rig.send(own.frame(from: mac, to: .broadcast), into: port).isEmpty)
      }
      #expect(rig.counters[.addressConflicts] == 3 && Self.heard(rig).isEmpty)
      expectSettled(rig)
    }

    @Test func `72: what a server answers is told to management and goes no further`() throws {
      let rig = try Self.rig(.pass)
      let mac = Rig.mac(of: Rig.backend)
      let reply = ARPMessage.request(for: Self.server, from: Self.own, mac).answer(by: Self.serverMAC)
      #expect(rig.send(reply.frame(from: Self.serverMAC, to: mac), into: Rig.backend).isEmpty)
      #expect(rig.counters[DropReason.forSluice] == 1)
      // One to somebody else, and an announcement, are heard and cross.
      let other = reply.frame(from: Self.serverMAC, to: Self.asking)
      #expect(rig.send(other, into: Rig.backend) == Scene.crossed(other, from: Rig.backend))
      let moved = ARPMessage.announcement(of: Self.server, at: Self.asking)
      let frame = moved.frame(from: Self.asking, to: .broadcast)
      #expect(rig.send(frame, into: Rig.backend) == Scene.crossed(frame, from: Rig.backend))
      #expect(Self.heard(rig) == [reply, reply, moved].map { .arp($0, Rig.backend) })
      expectSettled(rig)
    }

    @Test func `72: nobody on the clients' side says where a server is, and none is at a port of Sluice`() throws {
      let rig = try Self.rig(.pass)
      for (mac, port) in [
        (Self.serverMAC, Rig.frontend), (Rig.mac(of: Rig.frontend), Rig.backend),
        (Rig.mac(of: Rig.backend), Rig.backend),
        (.broadcast, Rig.backend),
      ] {
        let frame = ARPMessage.announcement(of: Self.server, at: mac).frame(from: Self.asking, to: .broadcast)
        #expect(rig.send(frame, into: port) == Scene.crossed(frame, from: port))
      }
      #expect(Self.heard(rig).isEmpty)
      expectSettled(rig)
    }

    @Test func `65: a borrowed address is answered in ARP, and echo replies to it are told, as long as it is borrowed`()
      throws
    {
      let rig = try Self.rig()
      let borrowed = IPv4Address(10, 0, 1, 77)
      let request = ARPMessage.request(for: borrowed, from: Self.server, Self.serverMAC)
      let frame = request.frame(from: Self.serverMAC, to: .broadcast)
      let reply = FrameBuilder(from: Self.vip, 0, to: borrowed, 42, .icmp(type: 0)).bytes
      let other = FrameBuilder(from: Self.vip, 0, to: Scene.client, 42, .icmp(type: 0)).bytes
      rig.mailboxes[0].put(.listen(on: borrowed))
      rig.serveMailbox()
      let probe = ARPMessage.request(for: borrowed, from: IPv4Address(0, 0, 0, 0), Self.serverMAC)
      #expect(rig.send(probe.frame(from: Self.serverMAC, to: .broadcast), into: Rig.backend).isEmpty)
      let answer = Self.answer(from: Rig.mac(of: Rig.backend), [10, 0, 1, 77], to: Self.serverMAC, [10, 0, 1, 2])
      #expect(rig.send(frame, into: Rig.backend) == [Rig.Output(port: Rig.backend, bytes: answer)])
      let rival = ARPMessage.request(for: borrowed, from: Self.own, Self.serverMAC).answer(by: Self.asking)
      for bytes in [reply, other, rival.frame(from: Self.asking, to: .broadcast)] {
        #expect(rig.send(bytes, into: Rig.backend).isEmpty)
      }
      let server = ARPMessage.request(for: borrowed, from: Self.server, Self.serverMAC)
      #expect(
        Self.heard(rig) == [
          .arp(server, Rig.backend), .echoReply(from: Self.vip, identifier: 42), .arp(rival, Rig.backend),
        ])
      #expect(rig.counters[DropReason.forSluice] == 1)
      rig.mailboxes[0].put(.listen(on: IPv4Address(0, 0, 0, 0)))
      rig.serveMailbox()
      #expect(rig.send(frame, into: Rig.backend).isEmpty && rig.send(reply, into: Rig.backend).isEmpty)
      #expect(Self.heard(rig) == [.arp(server, Rig.backend)])
      #expect(rig.counters[DropReason.forSluice] == 1)
      expectSettled(rig)
    }

    @Test func `61: a thousand addresses are told apart`() throws {
      let many = (0..<1000).map { index in
        KnownAddress(
          IPv4Address(rawValue: 0x0A00_0000 + UInt32(index) * 7), mac: MACAddress(rawValue: UInt64(0x0200 + index * 2)),
          answersClients: true)
      }
      let rig = try Rig(services: [], unmatched: .drop, addresses: many)
      for known in many {
        let request = ARPMessage.request(for: known.address, from: Scene.client, Self.asking)
        let output = rig.send(request.frame(from: Self.asking, to: .broadcast), into: Rig.frontend)
        #expect(
          output
            == [
              Rig.Output(
                port: Rig.frontend, bytes: request.answer(by: known.mac).frame(from: known.mac, to: Self.asking))
            ])
        let other = ARPMessage.request(
          for: IPv4Address(rawValue: known.address.rawValue + 1), from: Scene.client, Self.asking)
        #expect(rig.send(other.frame(from: Self.asking, to: .broadcast), into: Rig.frontend).isEmpty)
      }
      expectSettled(rig)
    }
  }
}
