import Configuration
import Dispatch
import Glibc
import Net
import Synchronization
import Tables

/// Examines servers of `dsr` services: asks them, and waits for what comes back. One examination at a time, on a queue of
/// its own.
public final class DoctorDesk: Sendable {
  /// How long answers are waited for: a server may have to ask in ARP first where to send them.
  static let patience = Duration.seconds(2)

  private let instance: Instance
  private let arp: ARPDesk
  private let queue = DispatchQueue(label: "sluice.doctor")
  private let isClosed = Atomic(false)
  /// Examinations that are under way or wait for it.
  private let pending = Atomic<Int>(0)
  /// At most: each takes some seconds.
  private static let room = 4

  /// The desk of a running instance.
  public init(instance: Instance, arp: ARPDesk) {
    self.instance = instance
    self.arp = arp
  }

  /// Waits for the examination that is under way, which is cut short, and makes no more.
  func close() {
    isClosed.store(true, ordering: .releasing)
    queue.sync {}
  }

  /// Examines every server, and calls back once.
  ///
  /// - Parameter address: a free address of the servers' network to ask from; nil: only ARP is asked.
  func examine(
    from address: IPv4Address?, then done: @escaping @Sendable (Result<DoctorReport, ControlRefusal>) -> Void
  ) {
    guard !isClosed.load(ordering: .acquiring) else { return done(.failure(Self.stopping)) }
    guard pending.wrappingAdd(1, ordering: .relaxed).newValue <= Self.room else {
      pending.wrappingSubtract(1, ordering: .relaxed)
      let sentence = "\(Self.room) examinations are under way or wait already: try again later"
      return done(.failure(ControlRefusal(.serviceUnavailable, "busy", sentence)))
    }
    queue.async {
      let isOver = self.isClosed.load(ordering: .acquiring)
      let result = Result { () throws(ControlRefusal) in
        if isOver { throw Self.stopping }
        return try self.examine(from: address)
      }
      self.pending.wrappingSubtract(1, ordering: .relaxed)
      done(result)
    }
  }

  private static var stopping: ControlRefusal {
    ControlRefusal(.serviceUnavailable, "stopping", "the balancer stops")
  }

  private func examine(from address: IPv4Address?) throws(ControlRefusal) -> DoctorReport {
    let patients = patients()
    guard !patients.isEmpty else { return DoctorReport([], from: nil) }
    guard let port = instance.ports.first(where: { $0.role != .frontend }), let own = port.currentMAC() else {
      throw ControlRefusal(.conflict, "no_port", "the servers' port is removed: nobody can be asked")
    }
    if address != nil, instance.publisher.state.configuration.unmatched == .pass {
      throw ControlRefusal(
        .conflict, "answers_cross", "with 'unmatched: pass' what servers answer crosses unheard: ask without 'from'",
        field: "from")
    }
    if let address { try refuseOwn(address) }
    arp.beginExamination()
    defer { arp.endExamination() }
    listen(on: address)
    defer { listen(on: nil) }
    if let address {
      let probe = ARPMessage.request(for: address, from: IPv4Address(rawValue: 0), own)
      send([probe.frame(from: own, to: .broadcast)], by: port.index)
      wait(.milliseconds(500)) { $0.isTaken(address) }
      guard !arp.findings.isTaken(address) else {
        throw ControlRefusal(
          .conflict, "address_taken", "\(address) is a host's: borrow an address that nobody has", field: "from")
      }
    }
    send(patients.flatMap { $0.questions(from: own, borrowed: address) }, by: port.index)
    wait(Self.patience) { _ in false }
    let findings = arp.findings
    return DoctorReport(
      patients.map { $0.examination(findings, borrowed: address != nil) }, from: address?.description)
  }

  /// Refuses an address that is known to be somebody's without asking: answers to it would go elsewhere.
  private func refuseOwn(_ address: IPv4Address) throws(ControlRefusal) {
    let configuration = instance.publisher.state.configuration
    let owner: String? =
      if let service = configuration.services.first(where: { $0.vip == address }) {
        "the VIP of service \(service.name)"
      } else if let port = configuration.ports.first(where: { $0.kernel?.address.address == address }) {
        "the kernel twin's of port \(port.name)"
      } else if let service = configuration.services.first(where: { $0.backends.contains { $0.address == address } }) {
        "a server's of service \(service.name)"
      } else {
        nil
      }
    guard let owner else { return }
    throw ControlRefusal(
      .conflict, "address_taken", "\(address) is \(owner): borrow an address that nobody has", field: "from")
  }

  private func patients() -> [DoctorPatient] {
    let services = instance.publisher.state.services.filter { $0.settings.mode == .dsr }
    let servers = services.flatMap { service in
      zip(service.settings.backends, service.backends).map { (service.settings, $0, $1) }
    }
    return servers.enumerated().map { position, server in
      let (service, settings, placement) = server
      return DoctorPatient(
        service: service.name, backend: settings.name, vip: service.vip,
        address: settings.address.rawValue == 0 ? nil : settings.address, mac: placement.mac,
        identifier: UInt16(truncatingIfNeeded: position * 2 + 1))
    }
  }

  /// Borrows an address at every worker, since any may receive what is answered; nil gives it back.
  private func listen(on address: IPv4Address?) {
    for worker in instance.workers { try? worker.mailbox.listen(on: address ?? IPv4Address(rawValue: 0)) }
  }

  private func send(_ frames: [[UInt8]], by port: PortIndex) {
    guard let worker = instance.workers.first else { return }
    for frame in frames where !isClosed.load(ordering: .acquiring) {
      do throws(MailboxError) { try worker.mailbox.send(frame, by: port) } catch { return }
    }
  }

  /// Lets the run loop's turns bring what is heard, until the time is over or enough was heard.
  private func wait(_ time: Duration, until isEnough: (DoctorFindings) -> Bool) {
    let deadline = ContinuousClock.now + time
    while ContinuousClock.now < deadline, !isClosed.load(ordering: .acquiring), !isEnough(arp.findings) {
      arp.look()
      usleep(20_000)
    }
  }
}
