import EAL
import Net
import Synchronization
import Tables

/// Takes ports out of the running dataplane and puts them back (behaviour 83): a port's device is closed when every
/// worker has let go of it, and made anew from the same configuration. Sessions, counters and everything else stay.
///
/// One change at a time; each waits for workers, so not for event loops.
public final class PortYard: Sendable {
  /// What it takes to make a port again.
  struct Berth: Sendable {
    let port: DataplanePort
    let settings: Port.Settings
    let pool: MbufPool
    let socket: Int32
  }

  private let berths: [Berth]
  private let mailboxes: [WorkerMailbox]
  private let isBusy = Mutex(())

  init(_ berths: [Berth], mailboxes: [WorkerMailbox]) {
    self.berths = berths
    self.mailboxes = mailboxes
  }

  /// Whether the port has a device now.
  public func isThere(_ index: PortIndex) -> Bool { berths[Int(index.rawValue)].port.device.port != nil }

  /// Removes a port. Frames for it are dropped from now on (`port_removed`).
  ///
  /// - Throws: `EALError`; after a worker that did not answer the port is still there, and can be removed again.
  public func remove(_ index: PortIndex) throws(EALError) {
    try isBusy.withLock { _ throws(EALError) in
      let berth = berths[Int(index.rawValue)]
      guard let port = berth.port.device.port else {
        throw .refused("port '\(berth.port.request.name)' is already removed")
      }
      try detach(berth)
      berth.port.twin?.close()
      berth.port.device.set(nil)
      port.stop()
      port.close()
    }
  }

  /// Makes a removed port again, from its device as the configuration has it.
  ///
  /// - Throws: `EALError` that says what is missing; the port stays removed.
  public func add(_ index: PortIndex) throws(EALError) {
    try isBusy.withLock { _ throws(EALError) in
      let berth = berths[Int(index.rawValue)]
      let name = berth.port.request.name
      guard berth.port.device.port == nil else { throw .refused("port '\(name)' is already there") }
      let frameSize = try FrameSizePlan.make(for: berth.port.request)
      guard frameSize.room <= berth.pool.room else {
        throw .refused(
          "port '\(name)': its interface's frames need buffers of \(frameSize.room) bytes, and those made at start have "
            + "\(berth.pool.room): lower its MTU, or restart")
      }
      let port = try OpenedPorts.named(berth.port.request) { () throws(EALError) in try Port.add(frameSize.device) }
      do throws(EALError) {
        let mac = try OpenedPorts.named(berth.port.request) { () throws(EALError) in try port.information().mac }
        try OpenedPorts.named(berth.port.request) { () throws(EALError) in
          try port.start(berth.settings, pool: berth.pool, socket: berth.socket)
        }
        try addTwin(of: berth, mac: MACAddress(rawValue: mac), mtu: port.information().mtu)
        try ask { (mailbox) throws(MailboxError) in
          try mailbox.attach(index, device: port.id, mac: MACAddress(rawValue: mac))
        }
      } catch {
        // A worker may have taken it: let it go before it is closed.
        try detach(berth)
        berth.port.twin?.close()
        port.stop()
        port.close()
        throw error
      }
      berth.port.device.set(port)
    }
  }

  /// Makes workers let go of a port and its twin.
  private func detach(_ berth: Berth) throws(EALError) {
    try ask { (mailbox) throws(MailboxError) in
      try mailbox.detach(berth.port.index)
      if let twin = berth.port.twin { try mailbox.detach(twin.index) }
    }
  }

  /// Makes a port's twin again, if it has one.
  private func addTwin(of berth: Berth, mac: MACAddress, mtu: Int) throws(EALError) {
    guard let twin = berth.port.twin else { return }
    try OpenedPorts.named(berth.port.request) { () throws(EALError) in
      try twin.open(
        mac: mac, mtu: berth.port.request.kernelInterface?.mtu ?? mtu, pool: berth.pool,
        socket: berth.socket)
    }
    guard let device = twin.device.port else { return }
    try ask { (mailbox) throws(MailboxError) in try mailbox.attach(twin.index, device: device.id, mac: mac) }
  }

  /// Closes what is there. No worker may be left.
  func closeAll() {
    for berth in berths {
      berth.port.twin?.close()
      guard let port = berth.port.device.port else { continue }
      berth.port.device.set(nil)
      port.stop()
      port.close()
    }
  }

  /// Puts a question to every worker.
  private func ask(_ question: (WorkerMailbox) throws(MailboxError) -> Void) throws(EALError) {
    for (worker, mailbox) in mailboxes.enumerated() {
      do throws(MailboxError) {
        try question(mailbox)
      } catch {
        throw .refused("worker \(worker) does not let it happen: \(error)")
      }
    }
  }
}
