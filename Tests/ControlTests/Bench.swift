import Configuration
import Counters
@testable import Control
@testable import EAL
import Logging
import Net
import Synchronization
import Tables

/// An instance without a dataplane: two workers and two ports whose counters a test sets.
final class Bench {
  static let text = """
    ports:
      frontend: { device: "net_af_packet0,iface=fe0" }
      backend: { device: "net_af_packet1,iface=be0" }
    hash_seed: 0x5eed
    sessions: { capacity: 65536 }
    services:
      - { name: web, vip: 10.0.2.100, protocol: tcp, port: 8000, backends: [
          { name: a, address: "10.0.1.2:8002", weight: 10 }, { address: "10.0.1.3:8003", weight: 30 },
          { address: "10.0.1.4:8004", weight: 0 } ] }
      - { vip: 10.0.2.101, protocol: icmp, affinity: source_ip, when_empty: reject, backends: [ { address: 10.0.1.2 } ] }
      - { name: odd, vip: 10.0.2.102, protocol: udp, port: 53, backends: [] }

    """

  let tallies = [Tally.create(), Tally.create()]
  let backends: [BackendTally]
  let mailboxes = [WorkerMailbox.create(), WorkerMailbox.create()]
  let notices = [NoticeRing.create(), NoticeRing.create()]
  let grace = TestGrace()
  let instance: Instance
  let links = [LinkState(), LinkState()]
  let logLevel = LogThreshold()
  let yard = TestYard()

  /// A log that nobody reads.
  static let silence = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

  /// What the control socket can set in motion here.
  func controls(file: String? = nil, log: Logger = Bench.silence) -> Controls {
    let arp = ARPDesk(instance: instance, log: log)
    return Controls(
      changes: ChangeDesk(instance: instance, file: file, log: log), sessions: SessionDesk(instance: instance),
      ports: yard, arp: arp, doctor: DoctorDesk(instance: instance, arp: arp), logLevel: logLevel, log: log)
  }

  /// - Parameter room: backend slots that the workers' counters have.
  init(_ text: String = Bench.text, room: Int = 8) throws {
    var configuration = try ConfigurationReader.read(text: text, file: "f").configuration
    // More than the reader lets through: nothing here may rely on what a name is made of.
    for index in configuration.services.indices where configuration.services[index].name == "odd" {
      configuration.services[index].name = "a b/ü"
    }
    backends = tallies.map { _ in BackendTally.create(slotCount: room) }
    let publisher = try Publisher(
      TableAssembly(hashSeed: configuration.hashSeed), of: configuration, generation: 7, gracePeriods: grace,
      backendRoom: room, patience: .milliseconds(50))
    publisher.attach(backends)
    let (mailboxes, notices) = (mailboxes, notices)
    let workers = zip(tallies, backends).enumerated().map { index, counters in
      WorkerObservation(
        index: WorkerIndex(UInt16(index)), lcore: UInt32(index + 1), cpu: 1, socket: index == 0 ? 0 : -1,
        sessionEntries: 75_000, queues: "frontend rx\(index)", tally: counters.0, backends: counters.1,
        mailbox: mailboxes[index], notices: notices[index])
    }
    let yard = yard
    let ports = zip(configuration.ports, links).enumerated().map { index, port in
      PortObservation(
        index: PortIndex(UInt8(index)), name: port.0.name, role: port.0.role, device: port.0.device.description,
        driver: "net_af_packet", mac: MACAddress(rawValue: 0x0200_0000_000A), mtu: 1500, receiveQueues: 1,
        transmitQueues: 1, link: port.1, isThere: { !yard.isRemoved(PortIndex(UInt8(index))) },
        statistics: { index == 0 ? Bench.statistics : nil })
    }
    instance = Instance(
      version: "9.8.7", cyclesPerSecond: 2_000_000_000, steering: Steering(kind: .software, text: "by software"),
      memory: MemoryFacts(hugePages: false, bytes: 512 << 20), workers: workers, ports: ports, publisher: publisher)
  }

  deinit {
    instance.publisher.close()
    for tally in tallies { tally.destroy() }
    for tally in backends { tally.destroy() }
    for mailbox in mailboxes { mailbox.destroy() }
    for ring in notices { ring.destroy() }
  }

  static let statistics = Port.Statistics(
    receivedPackets: 11, receivedBytes: 1_234_567, transmittedPackets: 13, transmittedBytes: 14, missed: 15,
    receiveErrors: 16, transmitErrors: 17, receiveNoMbuf: 18)

  /// Traffic whose figures differ from each other: worker 0 hands a frame over to worker 1.
  func addTraffic() {
    tallies[0].add(.receivedFromPorts, 2100)
    tallies[0].add(Counter.forwarded, 2050)
    tallies[0].add(.handedOver, 1)
    tallies[0].add(DropReason.truncatedTCP, 40)
    tallies[0].add(PassReason.arp, 9)
    tallies[0].add(.sessionsActive, 5)
    tallies[0].add(.sessionsCreated, 6)
    tallies[0].add(.busyCycles, 21_000)
    tallies[0].publish()
    tallies[1].add(.receivedFromRings)
    tallies[1].add(DropReason.truncatedTCP)
    tallies[1].add(.sessionsActive, 2)
    tallies[1].publish()
    for (worker, backend) in backends.enumerated() {
      backend.addRequest(BackendSlot(0), bytes: 100)
      backend.addReply(BackendSlot(1), bytes: 1000)
      backend.sessionBegan(BackendSlot(1))
      if worker == 1 { backend.sessionEnded(BackendSlot(1)) }
      backend.wentStateless(BackendSlot(3))
    }
  }

  /// Takes a frame in and loses it.
  func loseFrame(worker: Int) {
    tallies[worker].add(.receivedFromPorts)
    tallies[worker].publish()
  }

  var reading: Reading { Reading(of: instance) }
}

/// Grace periods that pass when a test says so.
final class TestGrace: GracePeriods {
  private struct State {
    var begun: UInt64 = 0
    var passed: UInt64 = .max
    var isDestroyed = false
  }

  private let state = Mutex(State())

  func beginGracePeriod() -> UInt64 {
    state.withLock {
      $0.begun += 1
      return $0.begun
    }
  }
  func hasPassed(_ token: UInt64) -> Bool { state.withLock { token <= $0.passed } }
  func destroy() { state.withLock { $0.isDestroyed = true } }

  /// From now on, tokens up to this one have passed.
  func setPassed(_ token: UInt64) { state.withLock { $0.passed = token } }
  var begun: UInt64 { state.withLock { $0.begun } }
  var isDestroyed: Bool { state.withLock { $0.isDestroyed } }
}
