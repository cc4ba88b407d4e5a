import EAL

/// Two `net_ring` ports and the mbufs for them: the wire's two ends, made once. What is sent into one end
/// is what is received from it.
struct BenchPorts {
  let devices: [Port]
  let pool: MbufPool

  init() throws {
    let pool = try MbufPool.create(name: "bench_pool", count: 4095, room: 2048, socket: 0, sharesCPUs: false)
    devices = try ["net_ring0", "net_ring1"].map { name in
      let port = try Port.add(.virtual(name: name, arguments: ""))
      try port.start(
        Port.Settings(
          receiveQueues: 1, transmitQueues: 1, descriptors: 1024, hashing: nil, multiSegmentTransmit: false),
        pool: pool, socket: 0)
      return port
    }
    self.pool = pool
  }
}
