import Dataplane
import EAL
import Net
import Synchronization

/// The DPDK objects of a rig. Made while no other test makes any, and kept for the next rig of the same kind:
/// DPDK's tables of memory zones are small, and `net_ring` does not give all of its own back.
final class RigDevices: @unchecked Sendable {
  /// What can be asked for.
  struct Kind: Hashable, Sendable {
    var workers: Int
    var mbufs: Int
    var room: Int
    /// Those of the configuration, and those of kernel twins.
    var ports = 2
  }

  let kind: Kind
  let pool: MbufPool
  let ports: [Port]
  let inboxes: [Ring]
  let quiescence: QuiescentState
  private static let spare = Mutex<[Kind: [RigDevices]]>([:])

  /// Devices with nothing on the wire and every mbuf in the pool.
  static func take(_ kind: Kind) throws -> RigDevices {
    if let used = spare.withLock({ $0[kind]?.popLast() }) { return used }
    return try TestEnvironment.exclusively { try makingRoom { try RigDevices(kind) } }
  }

  /// Adds ports, once more if that fails: DPDK has room for 32, and those that no rig uses make way. In
  /// `TestEnvironment.exclusively` only.
  static func makingRoom<Added>(_ add: () throws -> Added) throws -> Added {
    do {
      return try add()
    } catch {
      closeSpare()
      return try add()
    }
  }

  private static func closeSpare() {
    let unused = spare.withLock { spare in
      defer { spare = [:] }
      return spare.values.flatMap(\.self)
    }
    for devices in unused { close(devices.ports) }
  }

  private static func close(_ ports: [Port]) {
    for port in ports {
      port.stop()
      port.close()
    }
  }

  /// For the next rig, unless something is missing: then they stay away, so that one test's leak fails one test.
  func giveBack() {
    guard pool.available == pool.count else { return }
    Self.spare.withLock { $0[kind, default: []].append(self) }
  }

  private init(_ kind: Kind) throws {
    self.kind = kind
    let pool = try MbufPool.create(
      name: TestEnvironment.uniqueName("rig_pool"), count: kind.mbufs, room: kind.room, socket: -1, sharesCPUs: true)
    self.pool = pool
    var ports: [Port] = []
    do {
      for _ in 0..<kind.ports { ports.append(try Self.ring(pool: pool)) }
    } catch {
      Self.close(ports)
      throw error
    }
    self.ports = ports
    inboxes = try (0..<kind.workers).map { _ in
      try Ring.create(name: TestEnvironment.uniqueName("rig_inbox"), capacity: 255, socket: -1)
    }
    quiescence = try QuiescentState(readers: kind.workers)
  }

  /// A `net_ring` device: what is sent into it comes out of it, so that a test is both ends of the wire. Its ring
  /// holds 1023 frames, whatever descriptors are asked for.
  private static func ring(pool: MbufPool) throws -> Port {
    let port = try Port.add(.virtual(name: TestEnvironment.uniqueName("net_ring"), arguments: ""))
    let settings = Port.Settings(
      receiveQueues: 1, transmitQueues: 1, descriptors: 1024, hashing: nil, multiSegmentTransmit: false)
    try port.start(settings, pool: pool, socket: -1)
    return port
  }
}
