import Net
import Tables

/// Ports that come and go while the worker runs. Only the worker changes its own list, so that no burst ever meets a
/// device that is being closed.
extension Worker {
  /// Lets go of a port (`device` is nil), or takes it under a new device and its address. What waits for the port leaves first.
  /// Returns whether counters may have changed.
  @_noLocks
  mutating func set(_ port: PortIndex, device: UInt16?, mac: MACAddress) -> Bool {
    defer { mailbox.reply(WorkerAnswer(count: 0, next: 0, now: clock.tick)) }
    guard port.rawValue < UInt8(truncatingIfNeeded: portCount) else { return false }
    let position = Int(port.rawValue)
    // Below `portCount`.
    unsafe transmitQueues[position].flush(tally)
    unsafe transmitQueues[position].device = device
    unsafe ports[position].set(device: device, mac: mac)
    return true
  }
}
