import Configuration
import Counters
import EAL
import Foundation
import Net
import Synchronization
import Tables
import TestSupport
import Testing

@testable import Control

/// Changes while a worker runs: what a client may see of them.
@Suite(.serialized) struct LiveChangeTests {
  /// The process's resident memory in KiB.
  static func residentKiB() -> Int {
    let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4
  }

  /// A client of the first service: flows that begin, go on in both directions, and are compared with the tables that
  /// were in force before and after.
  struct Client {
    let rig: Rig
    let published: Published
    let vip: IPv4Address
    let port: UInt16
    /// Server of each flow, by the client's port.
    var flows: [UInt16: (address: IPv4Address, port: UInt16)] = [:]
    var nextPort: UInt16 = 1024
    var packets = 0
    var choices = 0

    /// Whom the tables in force give a new client, and which tables these are.
    private func choice(_ client: Endpoint) -> (server: IPv4Address?, generation: UInt64) {
      let tables = published.current()
      let generation = tables.pointee.generation
      let claim = tables.pointee.endpoints.claim(of: Endpoint(vip, port, .tcp))
      guard claim.isService else { return (nil, generation) }
      let service = tables.pointee.service(claim.service)
      guard !service.pointee.isEmpty else { return (nil, generation) }
      let backend = tables.pointee.choice(of: service, for: client)
      return (tables.pointee.backend(service.pointee.record(of: backend)).pointee.address, generation)
    }

    private static let address = IPv4Address(10, 0, 0, 1)

    private func request(_ client: UInt16, _ flags: UInt8) -> [UInt8] {
      FrameBuilder(from: Self.address, client, to: vip, port, .tcp(flags: flags), data: [1]).bytes
    }

    /// Where a frame that came out of a port says it goes, or comes from.
    private static func address(_ frame: [UInt8], at offset: Int) -> IPv4Address {
      IPv4Address(frame[offset], frame[offset + 1], frame[offset + 2], frame[offset + 3])
    }

    /// A few new flows and a few old ones; what is wrong, if anything.
    mutating func step() -> String? {
      let new = (0..<4).map { nextPort &+ $0 }
      nextPort = nextPort > 60000 ? 1024 : nextPort + 4
      // Ports come round: the flow before was another.
      for port in new where flows[port] != nil { return end(port) }
      for port in new {
        let client = Endpoint(Self.address, port, .tcp)
        let before = choice(client)
        rig.inject([request(port, FrameBuilder.syn)], into: Rig.frontend)
        // Reports a quiescent state: the pointer of before is not used after it.
        rig.serve(Rig.frontend)
        let after = choice(client)
        guard let out = rig.collect().first, out.port == Rig.backend else { return "a SYN was lost" }
        let server = Self.address(out.bytes, at: 30)
        // With more than one change between both readings nothing is known.
        if after.generation - before.generation < 2 {
          choices += 1
          guard server == before.server || server == after.server else {
            return "a new flow at \(server), neither at \(before) nor at \(after)"
          }
        }
        flows[port] = (server, UInt16(out.bytes[36]) << 8 | UInt16(out.bytes[37]))
        packets += 1
      }
      return talk()
    }

    /// Old flows, both ways.
    private mutating func talk() -> String? {
      for (port, server) in flows.shuffled().prefix(12) {
        rig.inject([request(port, FrameBuilder.ack)], into: Rig.frontend)
        rig.serve(Rig.frontend)
        guard let out = rig.collect().first, out.port == Rig.backend, Self.address(out.bytes, at: 30) == server.address
        else { return "a flow of \(server.address) lost its way" }
        rig.inject(
          [
            FrameBuilder(
              from: server.address, server.port, to: Self.address, port, .tcp(flags: FrameBuilder.ack), data: [2]
            ).bytes
          ], into: Rig.backend)
        rig.serve(Rig.backend)
        guard let back = rig.collect().first, back.port == Rig.frontend, Self.address(back.bytes, at: 26) == vip else {
          return "a reply of \(server.address) was not translated"
        }
        packets += 2
      }
      return nil
    }

    /// A reset in both directions: the entry closes, and a SYN may take its place.
    private mutating func end(_ port: UInt16) -> String? {
      rig.inject([request(port, FrameBuilder.reset)], into: Rig.frontend)
      rig.serve(Rig.frontend)
      _ = rig.collect()
      flows[port] = nil
      nextPort = port
      return nil
    }
  }

  @Test func `28, 40: 10 000 changes of the tables under traffic: no packet lost, none by tables of another time`()
    throws
  {
    var changes = try RandomChanges(TestSeed.generator("live changes"))
    let quiescence = try TestEnvironment.exclusively { try QuiescentState(readers: 1) }
    let publisher = try Publisher(
      TableAssembly(hashSeed: 7), of: changes.universe, gracePeriods: quiescence, backendRoom: 200)
    let rig = try Rig(
      services: [], sessionCapacity: 100_000, backendSlots: 200,
      publisher: (publisher.published, quiescence))
    publisher.attach(rig.backendTally)
    let service = changes.universe.services[0]
    quiescence.goOnline(reader: 0)
    let isDone = Atomic(false)
    nonisolated(unsafe) var client = Client(
      rig: rig, published: publisher.published, vip: service.vip, port: service.port)
    let outcome = Mutex<String?>(nil)
    let ended = DispatchSemaphore(value: 0)
    let thread = Thread {
      while !isDone.load(ordering: .acquiring) {
        if let fault = client.step() {
          outcome.withLock { $0 = fault }
          break
        }
      }
      quiescence.goOffline(reader: 0)
      ended.signal()
    }
    thread.start()
    let start = ContinuousClock.now
    for _ in 1...10_000 where outcome.withLock({ $0 }) == nil { try publisher.publish(changes.next()) }
    let time = (ContinuousClock.now - start) / .seconds(1)
    isDone.store(true, ordering: .releasing)
    ended.wait()
    #expect(outcome.withLock { $0 } == nil)
    print(
      "live changes: \(publisher.state.generation - 1) in \(Int(time)) s, \(client.packets) packets of "
        + "\(client.flows.count) flows, \(client.choices) choices compared")
    #expect(publisher.state.generation == 10_001 && client.packets > 1000 && client.choices > 100)
    #expect(publisher.silentGenerations == 0)
    #expect(rig.isBalanced && rig.isPoolWhole)
    publisher.close()
  }

  @Test func `40: memory stays flat through thousands of changes`() async {
    // In a process of its own: this one's memory is that of all tests that run beside this.
    await #expect(processExitsWith: .success) {
      var changes = try RandomChanges(SplitMix64(state: 40))
      let publisher = try Publisher(
        TableAssembly(hashSeed: 7), of: changes.universe, gracePeriods: TestGrace(), backendRoom: 200)
      publisher.attach([BackendTally.create(slotCount: 200)])
      for _ in 1...1500 { try publisher.publish(changes.next()) }
      let before = LiveChangeTests.residentKiB()
      for _ in 1...1500 { try publisher.publish(changes.next()) }
      let grown = LiveChangeTests.residentKiB() - before
      // A table set takes at least the 32 KiB of a Maglev table: one in ten that is kept would show.
      precondition(grown < 4096, "\(grown) KiB more after 1500 changes")
    }
  }
}
