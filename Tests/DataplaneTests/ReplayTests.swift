import Counters
import Dataplane
import EAL
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Captures in, captures out, on `net_pcap`.
  @Suite struct ReplayTests {
    /// One server, so that what must come out can be written down.
    static let service = Scene.service([.tcp, .udp, .icmp], 8000, weights: [1, 0, 0])

    static func request(_ payload: FrameBuilder.Payload, data: [UInt8] = [1, 2, 3]) -> FrameBuilder {
      FrameBuilder(from: Scene.client, 40000, to: Scene.vip, 8000, payload, data: data)
    }

    /// What clients send, and what becomes of it.
    static var requests: [(sent: [UInt8], arrived: [UInt8]?)] {
      let balanced = [
        request(.tcp(flags: Scene.syn)), request(.tcp(flags: Scene.ack), data: [UInt8](repeating: 7, count: 1400)),
        request(.udp()), request(.udp(checksum: false)), request(.icmp(type: 8)),
      ]
      let crossing = [PassTests.ethernet(0x0806, 28), PassTests.ethernet(0x86DD, 60), PassTests.ethernet(0x88CC, 200)]
      // In the order in which one burst leaves: what crosses needs no look-up.
      return crossing.map { ($0, $0) } + balanced.map { ($0.bytes, Scene.arrived($0, at: 0).bytes) }
        + [(Array(balanced[0].bytes.prefix(40)), nil)]
    }

    /// What servers send, and what becomes of it.
    static var replies: [(sent: [UInt8], arrived: [UInt8]?)] {
      let answers: [FrameBuilder.Payload] = [.tcp(flags: 0x12), .udp(), .udp(checksum: false), .icmp(type: 0)]
      let crossing = PassTests.ethernet(0x0806, 46)
      return [(crossing, crossing)]
        + answers.map { payload in
          let question = request(.udp())
          let reply = Scene.reply(to: question, from: 0, payload)
          return (reply.bytes, Scene.returned(reply, for: question)[0].bytes)
        }
    }

    static func port(_ directory: String, _ name: String, _ pool: MbufPool) throws -> Port {
      let arguments = "rx_pcap=\(directory)/\(name)-in.pcap,tx_pcap=\(directory)/\(name)-out.pcap"
      let port = try Port.add(.virtual(name: TestEnvironment.uniqueName("net_pcap"), arguments: arguments))
      let settings = Port.Settings(
        receiveQueues: 1, transmitQueues: 1, descriptors: 256, hashing: nil, multiSegmentTransmit: false)
      try port.start(settings, pool: pool, socket: -1)
      return port
    }

    @Test func `13, 14: a capture comes out translated, octet for octet`() throws {
      let directory = CaptureFile.temporaryDirectory()
      let files = ["front-in.pcap", "front-out.pcap", "back-in.pcap", "back-out.pcap"]
      defer { CaptureFile.remove(directory, files) }
      try #require(CaptureFile.write(Self.requests.map(\.sent), to: "\(directory)/\(files[0])"))
      try #require(CaptureFile.write(Self.replies.map(\.sent), to: "\(directory)/\(files[2])"))
      let tally = try Self.run(directory)
      #expect(CaptureFile.read("\(directory)/\(files[3])") == Self.requests.compactMap(\.arrived))
      #expect(CaptureFile.read("\(directory)/\(files[1])") == Self.replies.compactMap(\.arrived))
      #expect(tally.isBalanced && tally[.receivedFromPorts] == 14 && tally[.badIPTotalLength] == 1)
    }

    /// Runs one worker between the directory's captures, until both are at their end.
    static func run(_ directory: String) throws -> TallySnapshot {
      let (pool, ports, inbox, quiescence) = try TestEnvironment.exclusively {
        let pool = try MbufPool.create(
          name: TestEnvironment.uniqueName("pcap_pool"), count: 2047, room: 2048, socket: -1, sharesCPUs: true)
        let ports = try ["front", "back"].map { try port(directory, $0, pool) }
        let inbox = try Ring.create(name: TestEnvironment.uniqueName("pcap_ring"), capacity: 63, socket: -1)
        return (pool, ports, inbox, try QuiescentState(readers: 1))
      }
      let tables = TableSet(
        generation: 1, services: [service], unmatched: .pass, rules: SessionRules(timeout: Rig.ticks),
        keys: TableSet.Keys(selection: .random(), lookup: .random()))
      let published = Published.create(tables.tables)
      let (tally, backends) = (Tally.create(), BackendTally.create(slotCount: tables.slotCount))
      let (mailbox, notices) = (WorkerMailbox.create(), NoticeRing.create())
      let sides = ports.enumerated().map { index, port in
        WorkerPort(
          device: port.id, mac: Rig.mac(of: PortIndex(UInt8(index))), side: index == 0 ? .frontend : .backend,
          receiveQueue: 0, transmit: .queue(0),
          peer: PortIndex(UInt8(1 - index)))
      }
      do {
        var worker = try Worker(
          WorkerResources(
            index: WorkerIndex(0), ports: sides, owner: FlowOwner(workers: 1, hash: .random()), inbox: inbox,
            inboxes: [inbox], published: published, quiescence: quiescence, tally: tally, backendTally: backends,
            mailbox: mailbox, notices: notices, pool: pool, sessionCapacity: 64, socket: -1, sleepsWhenIdle: false))
        for _ in 0..<20 { worker.breathe() }
      }
      let counters = tally.snapshot()
      TestEnvironment.exclusively {
        for port in ports {
          port.stop()
          port.close()
        }
        #expect(pool.available == pool.count)
        inbox.destroy()
        pool.destroy()
        quiescence.destroy()
      }
      published.destroy()
      tally.destroy()
      backends.destroy()
      mailbox.destroy()
      notices.destroy()
      return counters
    }
  }
}
