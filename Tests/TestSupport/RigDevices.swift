import Dataplane
import EAL
import Net

/// The DPDK objects of a rig, made and removed while no other test makes or removes any.
struct RigDevices {
  let pool: MbufPool
  let ports: [Port]
  let inboxes: [Ring]
  let quiescence: QuiescentState

  init(workers: Int, mbufs: Int, room: Int) throws {
    let made = try TestEnvironment.exclusively {
      let pool = try MbufPool.create(
        name: TestEnvironment.uniqueName("rig_pool"), count: mbufs, room: room, socket: -1, sharesCPUs: true)
      let ports = try (0..<2).map { _ in try Self.ring(pool: pool) }
      let inboxes = try (0..<workers).map { _ in
        try Ring.create(name: TestEnvironment.uniqueName("rig_inbox"), capacity: 255, socket: -1)
      }
      return (pool, ports, inboxes, try QuiescentState(readers: workers))
    }
    (pool, ports, inboxes, quiescence) = made
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

  func destroy() {
    TestEnvironment.exclusively {
      for port in ports {
        port.stop()
        port.close()
      }
      for ring in inboxes { ring.destroy() }
      pool.destroy()
      quiescence.destroy()
    }
  }
}
