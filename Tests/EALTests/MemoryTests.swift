import TestSupport
import Testing

@testable import EAL

@Suite(.serialized)
struct MemoryTests {
  @Test func `memory is zero and begins a cache line`() throws {
    _ = TestEnvironment.shared
    for _ in 0..<3 {
      let memory = try HugeMemory(byteCount: 100_000, socket: -1, purpose: "a test")
      #expect(UInt(bitPattern: memory.base) % 64 == 0)
      #expect(UnsafeRawBufferPointer(start: memory.base, count: 100_000).allSatisfy { $0 == 0 })
      memory.base.initializeMemory(as: UInt8.self, repeating: 0xFF, count: 100_000)
    }
  }

  @Test func `a pool gives what it has, takes it back, and then gives no more`() throws {
    let pool = try TestEnvironment.exclusively {
      try MbufPool.create(
        name: TestEnvironment.uniqueName("pool"), count: 1023, room: 512, socket: -1, sharesCPUs: true)
    }
    #expect(pool.take(length: 513) == nil, "more than the room")
    let array = MbufArray(capacity: 1023)
    for index in 0..<1023 {
      guard let mbuf = pool.take(length: 512) else {
        Issue.record("\(index) of 1023 mbufs")
        return
      }
      #expect(mbuf.length == 512 && mbuf.contiguousLength == 512 && mbuf.capacity >= 512)
      array[index] = mbuf
    }
    #expect(pool.available == 0 && pool.take(length: 1) == nil)
    array[5].setLength(60)
    #expect(array[5].length == 60 && array[5].contiguousLength == 60)
    array.free(from: 0, count: 1000)
    for index in 1000..<1023 { array[index].free() }
    #expect(pool.available == 1023)
    TestEnvironment.exclusively { pool.destroy() }
  }

  @Test func `a ring holds at least what was asked for, in order`() throws {
    let (pool, ring) = try TestEnvironment.exclusively {
      (
        try MbufPool.create(
          name: TestEnvironment.uniqueName("pool"), count: 1023, room: 64, socket: -1, sharesCPUs: true),
        try Ring.create(name: TestEnvironment.uniqueName("ring"), capacity: 64, socket: -1)
      )
    }
    let array = MbufArray(capacity: 200)
    for index in 0..<200 {
      guard let mbuf = pool.take(length: 1 + index % 60) else { fatalError("1023 mbufs") }
      array[index] = mbuf
    }
    let sent = array.send(to: ring, count: 200)
    #expect(sent >= 64 && sent < 200 && ring.count == sent)
    let received = MbufArray(capacity: 200)
    #expect(received.receive(from: ring, limit: 200) == sent)
    for index in 0..<sent { #expect(received[index].length == UInt32(1 + index % 60)) }
    #expect(ring.count == 0)
    array.free(from: 0, count: 200)
    #expect(pool.available == 1023)
    TestEnvironment.exclusively {
      ring.destroy()
      pool.destroy()
    }
  }

  @Test func `a mark stays with its mbuf`() throws {
    let pool = try TestEnvironment.exclusively {
      try MbufPool.create(name: TestEnvironment.uniqueName("pool"), count: 1023, room: 64, socket: -1, sharesCPUs: true)
    }
    guard let mbuf = pool.take(length: 60) else { fatalError("1023 mbufs") }
    mbuf.mark.pointee.reason = 7
    mbuf.mark.pointee.destination_port = 0xBEEF
    #expect(mbuf.mark.pointee.reason == 7 && mbuf.mark.pointee.destination_port == 0xBEEF)
    #expect(mbuf.length == 60, "the mark lies in no field of the mbuf")
    mbuf.free()
    TestEnvironment.exclusively { pool.destroy() }
  }

  @Test func `the clock goes at the rate it says`() {
    _ = TestEnvironment.shared
    let clock = ContinuousClock()
    let (began, first) = (clock.now, Clock.now())
    Clock.sleep(microseconds: 200_000)
    let (elapsed, cycles) = (clock.now - began, Double(Clock.now() - first))
    let seconds = Double(elapsed.components.attoseconds) / 1e18 + Double(elapsed.components.seconds)
    #expect(abs(cycles / Double(Clock.frequency) / seconds - 1) < 0.05)
  }
}
