import EAL

/// The devices and rings of the bench, made once: EAL has room for few.
///
/// Two `net_null` devices, as the yardstick has them. One brings a burst whenever it is asked, the other never
/// brings anything; both take what is sent.
struct BenchPorts {
  let talking: Port
  let silent: Port
  let pool: MbufPool
  /// By worker.
  let inboxes: [Ring]

  static let mbufs = 8191
  static let room = 2048

  /// The logical core of a worker that has one of its own; the bench itself is 0 or 1.
  static func lcore(_ worker: Int) -> UInt32 { UInt32(2 + worker) }

  init(workers: Int) throws {
    let pool = try MbufPool.create(name: "bench_pool", count: Self.mbufs, room: Self.room, socket: 0, sharesCPUs: false)
    func add(_ name: String, _ arguments: String) throws -> Port {
      let port = try Port.add(.virtual(name: name, arguments: arguments))
      let settings = Port.Settings(
        receiveQueues: workers, transmitQueues: workers, descriptors: 512, hashing: nil, multiSegmentTransmit: false)
      try port.start(settings, pool: pool, socket: 0)
      return port
    }
    talking = try add("net_null0", "size=64")
    silent = try add("net_null1", "size=64,no-rx=1")
    inboxes = try (0..<workers).map { try Ring.create(name: "bench_inbox_\($0)", capacity: 2047, socket: 0) }
    self.pool = pool
  }
}
