import Counters
import Dataplane
import EAL
import Net
import Tables
import TestSupport
import Testing

/// One worker between captures, on `net_pcap`: what comes into each port is read from a file, and what leaves is written to
/// another.
struct Replay {
  /// A frame of a capture, and what must come of it.
  struct Step {
    var port: PortIndex
    var sent: [UInt8]
    var out: [Rig.Output]

    init(_ port: PortIndex, _ sent: [UInt8], _ out: [Rig.Output]) {
      self.port = port
      self.sent = sent
      self.out = out
    }

    init(_ port: PortIndex, _ sent: FrameBuilder, to exit: PortIndex, _ out: FrameBuilder) {
      self.init(port, sent.bytes, [Rig.Output(port: exit, bytes: out.bytes)])
    }
  }

  var services: [ServiceDefinition]
  var unmatched = UnmatchedAction.pass
  /// The clients behind each frontend; their ports are those of a rig.
  var frontends: [IPv4Prefix?] = [nil]
  var sourceRewrites: [SourceRewrite] = []

  private var ports: [PortIndex] { (0...frontends.count).map { PortIndex(UInt8($0)) } }

  /// Replays the steps, at most a burst for each port, and compares what came out of each, in order. Ports are read in
  /// their order; within a burst what needs no look-up leaves first, then the packets of known sessions, then the others.
  ///
  /// - Returns: the worker's counters.
  @discardableResult
  func check(_ steps: [Step], sourceLocation: SourceLocation = #_sourceLocation) throws -> TallySnapshot {
    let directory = CaptureFile.temporaryDirectory()
    defer { CaptureFile.remove(directory, ports.flatMap { [Self.name($0, "in"), Self.name($0, "out")] }) }
    for port in ports {
      let frames = steps.filter { $0.port == port }.map(\.sent)
      #expect(frames.count <= 32, "one burst", sourceLocation: sourceLocation)
      try #require(CaptureFile.write(frames, to: "\(directory)/\(Self.name(port, "in"))"))
    }
    let counters = try run(directory)
    let inOrder = ports.flatMap { port in steps.filter { $0.port == port } }.flatMap(\.out)
    for port in ports {
      let captured = CaptureFile.read("\(directory)/\(Self.name(port, "out"))")
      #expect(
        captured == inOrder.filter { $0.port == port }.map(\.bytes), "out of port \(port.rawValue)",
        sourceLocation: sourceLocation)
    }
    #expect(counters.isBalanced, "91: the books balance", sourceLocation: sourceLocation)
    #expect(counters[.receivedFromPorts] == UInt64(steps.count), sourceLocation: sourceLocation)
    return counters
  }

  private static func name(_ port: PortIndex, _ end: String) -> String { "\(port.rawValue)-\(end).pcap" }

  private static func device(_ directory: String, _ port: PortIndex, _ pool: MbufPool) throws -> Port {
    let arguments = "rx_pcap=\(directory)/\(name(port, "in")),tx_pcap=\(directory)/\(name(port, "out"))"
    let device = try Port.add(.virtual(name: TestEnvironment.uniqueName("net_pcap"), arguments: arguments))
    let settings = Port.Settings(
      receiveQueues: 1, transmitQueues: 1, descriptors: 256, hashing: nil, multiSegmentTransmit: false)
    try device.start(settings, pool: pool, socket: -1)
    return device
  }

  /// All of them, or none.
  private static func devices(_ directory: String, _ ports: [PortIndex], _ pool: MbufPool) throws -> [Port] {
    var devices: [Port] = []
    do {
      for port in ports { devices.append(try device(directory, port, pool)) }
    } catch {
      for device in devices {
        device.stop()
        device.close()
      }
      throw error
    }
    return devices
  }

  private func side(_ port: PortIndex, _ device: Port) -> WorkerPort {
    let isBackend = port == Rig.backend
    return WorkerPort(
      device: device.id, mac: Rig.mac(of: port), side: isBackend ? .backend : .frontend, receiveQueue: 0,
      transmit: .queue(0), peer: isBackend ? Rig.frontend : Rig.backend,
      clients: isBackend ? nil : frontends[max(0, Int(port.rawValue) - 1)])
  }

  /// Runs the worker until all captures are at their end.
  private func run(_ directory: String) throws -> TallySnapshot {
    let (pool, devices, inbox, quiescence) = try Rig.addingPorts {
      let pool = try MbufPool.create(
        name: TestEnvironment.uniqueName("pcap_pool"), count: 2047, room: 2048, socket: -1, sharesCPUs: true)
      let devices = try Self.devices(directory, ports, pool)
      let inbox = try Ring.create(name: TestEnvironment.uniqueName("pcap_ring"), capacity: 63, socket: -1)
      return (pool, devices, inbox, try QuiescentState(readers: 1))
    }
    let tables = TableSet(
      generation: 1, services: services, unmatched: unmatched, rules: SessionRules(timeout: Rig.ticks),
      keys: TableSet.Keys(selection: .random(), lookup: .random()), sourceRewrites: sourceRewrites)
    let published = Published.create(tables.tables)
    let (tally, backends) = (Tally.create(), BackendTally.create(slotCount: tables.slotCount))
    let (mailbox, notices) = (WorkerMailbox.create(), NoticeRing.create())
    do {
      var worker = try Worker(
        WorkerResources(
          index: WorkerIndex(0), ports: zip(ports, devices).map(side), owner: FlowOwner(workers: 1, hash: .random()),
          inbox: inbox, inboxes: [inbox], published: published, quiescence: quiescence, tally: tally,
          backendTally: backends, mailbox: mailbox, notices: notices, pool: pool, sessionCapacity: 64, socket: -1,
          sleepsWhenIdle: false))
      for _ in 0..<20 { worker.breathe() }
    }
    let counters = tally.snapshot()
    TestEnvironment.exclusively {
      for device in devices {
        device.stop()
        device.close()
      }
      #expect(pool.available == pool.count, "96: every mbuf is back")
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
