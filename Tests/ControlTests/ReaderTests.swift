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

/// Changes while readers run. Needs no dataplane, so that a thread sanitizer can watch all of it.
@Suite struct ReaderTests {
  /// What one reader of the published tables does with them: everything that a packet would make it look up.
  private static func read(_ tables: UnsafePointer<ForwardingTables>, _ client: Endpoint, _ vips: [Endpoint]) -> Bool {
    let generation = tables.pointee.generation
    for vip in vips {
      let claim = tables.pointee.endpoints.claim(of: vip)
      guard claim.isService else { continue }
      let service = tables.pointee.service(claim.service)
      guard service.pointee.vip == vip.address else { return false }
      guard !service.pointee.isEmpty else { continue }
      let choice = tables.pointee.choice(of: service, for: client)
      let backend = tables.pointee.backend(service.pointee.record(of: choice))
      guard backend.pointee.state == .active else { return false }
      let server = Endpoint(backend.pointee.address, backend.pointee.serverPort(for: vip.transport), vip.transport)
      let member = tables.pointee.membership(tables.pointee.endpoints.claim(of: server).membership)
      guard
        tables.pointee.backend(tables.pointee.service(member.service).pointee.record(of: member.backend)).pointee
          .address == server.address
      else { return false }
    }
    return tables.pointee.generation == generation
  }

  @Test func `40: several readers never see tables that are half made or already freed`() throws {
    let readers = 3
    var changes = try RandomChanges(TestSeed.generator("readers"))
    let quiescence = try TestEnvironment.exclusively { try QuiescentState(readers: readers) }
    let publisher = try Publisher(
      TableAssembly(hashSeed: 7), of: changes.universe, gracePeriods: quiescence, backendRoom: 200)
    let tally = BackendTally.create(slotCount: 200)
    defer { tally.destroy() }
    publisher.attach([tally])
    let isDone = Atomic(false)
    let faults = Atomic(0)
    let readings = Atomic(0)
    let ended = DispatchSemaphore(value: 0)
    let vips = changes.universe.endpoints.flatMap { $0 }
    let published = publisher.published
    for reader in 0..<UInt32(readers) {
      quiescence.goOnline(reader: reader)
      Thread.detachNewThread {
        var number: UInt16 = 0
        while !isDone.load(ordering: .relaxed) {
          let client = Endpoint(IPv4Address(10, 0, 0, UInt8(reader)), number, .tcp)
          if !Self.read(published.current(), client, vips) { faults.wrappingAdd(1, ordering: .relaxed) }
          quiescence.report(reader: reader)
          readings.wrappingAdd(1, ordering: .relaxed)
          number &+= 1
        }
        quiescence.goOffline(reader: reader)
        ended.signal()
      }
    }
    for _ in 0..<1000 { try publisher.publish(changes.next()) }
    isDone.store(true, ordering: .relaxed)
    for _ in 0..<readers { ended.wait() }
    print("readers: \(readings.load(ordering: .relaxed)) readings of \(publisher.state.generation) generations")
    #expect(faults.load(ordering: .relaxed) == 0)
    publisher.close()
  }
}
