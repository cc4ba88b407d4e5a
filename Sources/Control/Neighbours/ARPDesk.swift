import Configuration
import Dispatch
import Logging
import Net
import Synchronization
import Tables

/// Management's side of ARP: finds the servers that are given by address and keeps looking after them, tells segments
/// where VIPs are, and hears of whoever else claims one. Everything happens on a queue of its own, a little at a time, so
/// that neither the run loop nor a client waits for a worker.
public final class ARPDesk: Sendable {
  private struct State {
    var neighbours = NeighbourTable()
    var announcements = AnnouncementPlan()
    var conflicts = ConflictLog()
    /// By port: what says that it is another than it was.
    var arrivals: [PortIndex: UInt64] = [:]
    /// Whether what is known of neighbours is not in force yet.
    var isBehind = false
    /// What health was told last: which servers are silent, in which generation.
    var told: (silent: Set<IPv4Address>, generation: UInt64) = ([], 0)
    /// What is heard while servers are examined.
    var findings: DoctorFindings?
  }

  /// Frames of each sort that one turn sends at most, ten turns a second: a segment bears that, and a worker does too.
  static let framesPerTurn = 64
  /// Notices of each worker that one turn reads at most.
  private static let noticesPerTurn = 1024

  // Set at start, never changed.
  private let instance: Instance
  private let log: Logger
  private let queue = DispatchQueue(label: "sluice.arp")
  // Any thread.
  private let isBusy = Atomic(false)
  private let isClosed = Atomic(false)
  // The queue only, and whoever reports; never while a worker is waited for.
  private let state = Mutex(State())

  /// The desk of a running instance.
  public init(instance: Instance, log: Logger) {
    self.instance = instance
    self.log = log
  }

  /// Does what is due. To be called some times a second; returns at once.
  public func look() {
    guard !isBusy.exchange(true, ordering: .acquiring) else { return }
    queue.async {
      self.turn(at: .now)
      self.isBusy.store(false, ordering: .releasing)
    }
  }

  /// Waits for what is under way, and does nothing more. To be called before workers go.
  public func close() {
    isClosed.store(true, ordering: .releasing)
    queue.sync {}
  }

  /// Makes VIPs be announced with the next turn. Returns how many announcements that are.
  func announce(_ vips: Set<IPv4Address>) -> Int {
    state.withLock { $0.announcements.repeatNow(vips, at: .now) }
  }

  /// Keeps what is heard from now on.
  func beginExamination() { state.withLock { $0.findings = DoctorFindings() } }

  /// Forgets it.
  func endExamination() { state.withLock { $0.findings = nil } }

  /// What was heard since.
  var findings: DoctorFindings { state.withLock { $0.findings } ?? DoctorFindings() }

  /// What is known of the servers that are given by address.
  var neighbours: [IPv4Address: NeighbourTable.Entry] { state.withLock { $0.neighbours.entries } }

  /// One turn: what was heard, what the configuration wants, what is due.
  func turn(at now: ContinuousClock.Instant) {
    guard !isClosed.load(ordering: .acquiring) else { return }
    let heard = notices()
    let running = instance.publisher.state
    let wishes = ARPWishes(running.configuration, instance.ports)
    let (frames, resolved, silent) = state.withLock { state in
      for notice in heard { hear(notice, wishes, at: now, &state) }
      let plan = plan(wishes, at: now, &state)
      return (plan.frames, plan.resolved, news(for: running.generation, &state))
    }
    for frame in frames { send(frame.bytes, by: frame.port) }
    if let resolved { publish(resolved) }
    if let silent { instance.health.resolve(allBut: silent) }
  }

  /// Which servers are silent, if health has not heard it of this generation yet.
  private func news(for generation: UInt64, _ state: inout State) -> Set<IPv4Address>? {
    let silent = state.neighbours.silent
    guard state.told != (silent, generation) else { return nil }
    state.told = (silent, generation)
    return silent
  }

  private func notices() -> [WorkerNotice] {
    var notices: [WorkerNotice] = []
    for worker in instance.workers {
      for _ in 0..<Self.noticesPerTurn {
        guard let notice = worker.notices.take() else { break }
        notices.append(notice)
      }
    }
    return notices
  }

  private func hear(
    _ notice: WorkerNotice, _ wishes: ARPWishes, at now: ContinuousClock.Instant, _ state: inout State
  ) {
    guard case .arp(let message, let port) = notice else {
      if case .echoReply(_, let identifier) = notice { state.findings?.note(echo: identifier) }
      return
    }
    state.findings?.note(message)
    // On a segment that both ports are in Sluice hears itself; and a server at its own address would be a loop.
    guard !wishes.ownMACs.contains(message.senderMAC) else { return }
    if let event = state.neighbours.hear(message, at: now) { tell(event, &state) }
    guard wishes.vips.contains(message.senderAddress) else { return }
    let claim = ConflictLog.Claim(address: message.senderAddress, mac: message.senderMAC, port: port)
    guard state.conflicts.note(claim, at: now) else { return }
    log.warning(
      "\(message.senderMAC) on port \(name(of: port)) says that \(message.senderAddress) is its own, which is a VIP of this instance: clients may reach it instead"
    )
  }

  private func plan(
    _ wishes: ARPWishes, at now: ContinuousClock.Instant, _ state: inout State
  ) -> (frames: [(bytes: [UInt8], port: PortIndex)], resolved: [IPv4Address: MACAddress]?) {
    state.neighbours.want(wishes.servers, own: wishes.ownMACs, at: now)
    state.announcements.want(wishes.announcements, at: now)
    for (port, arrival) in wishes.arrivals where state.arrivals.updateValue(arrival, forKey: port) != arrival {
      state.announcements.repeatAll(on: port, at: now)
    }
    let (questions, events) = state.neighbours.turn(at: now, limit: Self.framesPerTurn)
    for event in events { tell(event, &state) }
    let announcements = state.announcements.turn(at: now, limit: Self.framesPerTurn)
    let frames =
      questions.compactMap { wishes.frame($0) }
      + announcements.map { announcement in
        let message = ARPMessage.announcement(of: announcement.place.vip, at: announcement.mac)
        return (message.frame(from: announcement.mac, to: .broadcast), announcement.place.port)
      }
    // The publisher compares: what has not changed costs nothing.
    return (frames, state.isBehind || !wishes.servers.isEmpty ? state.neighbours.resolved : nil)
  }

  private func tell(_ event: NeighbourTable.Event, _ state: inout State) {
    state.isBehind = true
    switch event {
    case .found(let address, let mac): log.info("server \(address) is at \(mac)")
    case .moved(let address, let old, let new):
      log.warning("server \(address) is at \(new), no longer at \(old): its sessions follow it")
    case .lost(let address, let mac):
      log.warning("server \(address), last at \(mac), answers no ARP any more: it takes no sessions")
    case .silent(let address): log.warning("server \(address) answers no ARP: it takes no sessions")
    }
  }

  private func publish(_ resolved: [IPv4Address: MACAddress]) {
    do throws(PublishError) {
      try instance.publisher.resolve(resolved)
      state.withLock { $0.isBehind = false }
    } catch {
      log.warning("\(error)")
    }
  }

  /// Through any worker: each knows a way out of every port. One that is silent is reported elsewhere.
  private func send(_ bytes: [UInt8], by port: PortIndex) {
    guard !isClosed.load(ordering: .acquiring), let worker = instance.workers.first else { return }
    do throws(MailboxError) {
      try worker.mailbox.send(bytes, by: port)
    } catch {
      log.debug("an ARP packet was not sent by port \(name(of: port)): \(error)")
    }
  }

  private func name(of port: PortIndex) -> String {
    instance.ports.first { $0.index == port }?.name ?? "\(port.rawValue)"
  }
}
