import Counters
import Dataplane
import Glibc
import Net
import Tables
import TestSupport

/// Counts what a worker's loop allocates and locks: over 10 000 polls with traffic of every kind it must be
/// nothing. Run as a release build, which is what it is about.
@main
struct AllocationGuard {
  static let polls = 10000
  static let vip = IPv4Address(10, 0, 2, 100)
  static let directVIP = IPv4Address(10, 0, 2, 101)
  static let servers = (2...4).map { IPv4Address(10, 0, 1, UInt8($0)) }

  static func main() throws {
    let backends = servers.map { BackendDefinition(address: $0, port: 8002) }
    var direct = ServiceDefinition(
      vip: directVIP, port: 0, transports: [.tcp, .udp, .icmp],
      backends: (1...3).map { BackendDefinition(mac: MACAddress(rawValue: 0x0200_0000_5000 + $0)) })
    direct.isByMAC = true
    let rig = try Rig(
      services: [
        direct,
        ServiceDefinition(vip: vip, port: 80, transports: [.tcp, .udp, .icmp], backends: backends),
        ServiceDefinition(vip: vip, port: 81, transports: [.udp], emptyAction: .reject, backends: []),
      ],
      workers: 2, transmitters: 1, sessionCapacity: 2000)
    guard countsSomething() else { fail("the counters count nothing: the symbols were not taken") }
    var (allocations, locks) = (0, 0)
    for poll in 0..<polls {
      let worker = poll % 2
      rig.inject(requests(poll), into: Rig.frontend)
      rig.inject(replies(poll), into: Rig.backend)
      if poll % 50 == 0 { rig.skip(ticks: 30, sweeping: false) }
      let before = (Calls.allocations.load(ordering: .relaxed), Calls.locks.load(ordering: .relaxed))
      rig.breathe(worker)
      allocations += Calls.allocations.load(ordering: .relaxed) - before.0
      locks += Calls.locks.load(ordering: .relaxed) - before.1
      rig.discard()
    }
    for worker in 0..<2 { rig.breathe(worker) }
    rig.discard()
    let seen = rig.counters
    print(
      "allocation guard: \(allocations) allocations and \(locks) locks in \(polls) polls: "
        + "\(seen[.receivedFromPorts]) frames, \(seen[.sessionsCreated]) sessions, \(seen[.answered]) answers, "
        + "\(seen[.handedOver]) handed over, \(seen.dropped) dropped")
    guard seen[.sessionsCreated] > 10000, seen[.answered] > 1000, seen[.handedOver] > 10000, seen.dropped > 1000 else {
      fail("the traffic does not reach every corner")
    }
    if allocations + locks > 0 { fail("the loop allocates or locks") }
    soak(rig)
  }

  /// Behaviour 96: every buffer is back in the pool after ten million packets of the same kinds.
  static func soak(_ rig: Rig) {
    let packets: UInt64 = 10_000_000
    let bursts = (0..<7).map { (requests($0), replies($0)) }
    var turn = 0
    while rig.counters[.receivedFromPorts] < packets {
      for _ in 0..<1000 {
        rig.inject(bursts[turn % bursts.count].0, into: Rig.frontend)
        rig.inject(bursts[turn % bursts.count].1, into: Rig.backend)
        rig.breathe(turn % 2)
        rig.discard()
        turn += 1
      }
    }
    // What lies in the rings goes from worker to worker once more, a burst a turn.
    for turn in 0..<64 {
      rig.breathe(turn % 2)
      rig.discard()
    }
    print("allocation guard: the pool is \(rig.isPoolWhole ? "whole" : "not whole") after \(packets) packets")
    if !rig.isPoolWhole { fail("buffers leak") }
    if !rig.counters.isBalanced { fail("the books do not balance") }
  }

  static func fail(_ reason: String) -> Never {
    print("allocation guard: \(reason)")
    exit(1)
  }

  /// Whether an allocation and a lock that are made show.
  static func countsSomething() -> Bool {
    let before = (Calls.allocations.load(ordering: .relaxed), Calls.locks.load(ordering: .relaxed))
    // By a road that no optimiser takes away.
    var text = [CChar](repeating: 0, count: 100)
    let room = getcwd(nil, 0)
    if let room { strncpy(&text, room, 99) }
    free(room)
    var mutex = pthread_mutex_t()
    pthread_mutex_init(&mutex, nil)
    pthread_mutex_lock(&mutex)
    pthread_mutex_unlock(&mutex)
    return Calls.allocations.load(ordering: .relaxed) > before.0 && Calls.locks.load(ordering: .relaxed) > before.1
  }

  /// New flows and known ones, a refusal, a client that talks to a server itself, something cut, something else.
  static func requests(_ poll: Int) -> [[UInt8]] {
    let client = IPv4Address(10, 0, UInt8(poll / 200 % 200), UInt8(1 + poll % 200))
    func frame(_ to: IPv4Address, _ port: UInt16, _ payload: FrameBuilder.Payload, from: UInt16 = 40000) -> [UInt8] {
      FrameBuilder(from: client, from &+ UInt16(poll % 7), to: to, port, payload, data: [1]).bytes
    }
    return [
      frame(vip, 80, .tcp(flags: FrameBuilder.syn)), frame(vip, 80, .tcp(flags: FrameBuilder.ack)),
      frame(vip, 80, .udp()),
      frame(vip, 0, .icmp(type: 8)), frame(vip, 81, .udp()), frame(servers[0], 8002, .tcp(flags: FrameBuilder.syn)),
      frame(directVIP, 80, .tcp(flags: FrameBuilder.syn)), frame(directVIP, 81, .tcp(flags: FrameBuilder.ack)),
      frame(directVIP, 80, .udp()), frame(directVIP, 0, .icmp(type: 8)),
      frame(vip, 9, .udp()), Array(frame(vip, 80, .udp()).prefix(38)), frame(vip, 80, .other(47)),
    ]
  }

  /// Replies to those, from the right servers and the wrong ones.
  static func replies(_ poll: Int) -> [[UInt8]] {
    let client = IPv4Address(10, 0, UInt8(poll / 200 % 200), UInt8(1 + poll % 200))
    return servers.flatMap { server in
      [FrameBuilder.Payload.tcp(flags: 0x12), .udp(), .icmp(type: 0)].map {
        FrameBuilder(from: server, 8002, to: client, 40000 &+ UInt16(poll % 7), $0, data: [2]).bytes
      }
    }
  }
}
