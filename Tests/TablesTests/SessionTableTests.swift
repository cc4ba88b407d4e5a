import EAL
import Net
import TestSupport
import Testing

@testable import Tables

/// The suites that take DPDK's memory; one after the other.
@Suite(.serialized) enum MemorySuites {}

extension MemorySuites {
  @Suite struct SessionTableTests {
    /// Never changed after this, hence safe to share.
    nonisolated(unsafe) static let rules = SessionRules { transport, _ in transport == .udp ? 50 : 100 }

    static func table(_ capacity: Int, seed: UInt64 = 1) throws -> SessionTable {
      _ = TestEnvironment.shared
      return try SessionTable(capacity: capacity, hash: KeyedHash(seed: seed, purpose: 3), socket: -1)
    }

    static func entry(
      _ client: Endpoint, _ phase: SessionPhase = .established, now: UInt32 = 0, backend: UInt16 = 0
    ) -> SessionEntry {
      SessionEntry(
        client: client, serverPort: 80, service: ServiceIndex(1), backend: BackendIndex(backend),
        frontend: PortIndex(0), kind: .flow, progress: SessionProgress(phase: phase), now: Tick(rawValue: now))
    }

    static func client(_ number: Int, _ transport: TransportProtocol = .tcp) -> Endpoint {
      Endpoint(IPv4Address(rawValue: 0x0A00_0000 + UInt32(number >> 16)), UInt16(number & 0xFFFF), transport)
    }

    /// Everything a table holds of a client.
    static func find(_ table: borrowing SessionTable, _ client: Endpoint) -> [SessionEntry] {
      let pair = table.buckets(for: client)
      let match = SessionMatch.request(from: client, to: ServiceIndex(1), kind: .flow)
      var found: [SessionEntry] = []
      for bucket in Set([pair.first, pair.second]) {
        let mask = table.matches(match, in: bucket)
        for lane in 0..<UInt32(4) where mask >> lane & 1 == 1 {
          found.append(table[SessionPlace(bucket: bucket, lane: lane)])
        }
      }
      return found
    }

    static func used(_ table: borrowing SessionTable) -> Int {
      var count = 0
      for place in 0..<UInt32(table.entryCount) where !table[SessionPlace(rawValue: place)].isFree { count += 1 }
      return count
    }

    @Test(arguments: [false, true])
    func `43: a million flows fit at the design fill, in a row or at random`(_ isRandom: Bool) throws {
      let table = try Self.table(1_000_000, seed: 5)
      var generator = SplitMix64(state: 11)
      var failures = 0
      for number in 0..<1_000_000 {
        let random = isRandom ? generator.next() : 0
        let client =
          isRandom
          ? Endpoint(IPv4Address(rawValue: UInt32(random >> 32)), UInt16(truncatingIfNeeded: random), .tcp)
          : Self.client(number)
        let insertion = table.insert(
          Self.entry(client), into: table.buckets(for: client), rules: Self.rules, now: Tick(rawValue: 0))
        if insertion.place.isNone { failures += 1 }
      }
      print("session table, 1M flows \(isRandom ? "at random" : "in a row"): \(failures) inserts failed")
      #expect(failures == 0)
      #expect(Double(SessionTable.byteCount(capacity: 1_000_000)) / 1e6 < 18.5)
      #expect(Self.used(table) == 1_000_000 - failures)
    }

    @Test func `43: replaced are an expired entry, then the unconfirmed one that idled longest, then none`() throws {
      let table = try Self.table(8)
      let clients = (0..<20000).map { Self.client($0) }
      let pairs = clients.map { table.buckets(for: $0) }
      let target = try #require(pairs.first { $0.first != $0.second })
      let crowd = zip(clients, pairs).filter { $0.1 == target }.map(\.0)
      func insert(_ entry: SessionEntry, now: UInt32) -> SessionInsertion {
        table.insert(entry, into: table.buckets(for: entry.client), rules: Self.rules, now: Tick(rawValue: now))
      }
      // Every bucket is full, so that moves find nothing: established, then half-open and answered.
      for client in clients.dropFirst(100).prefix(4000) { _ = insert(Self.entry(client, .established), now: 0) }
      #expect(Self.used(table) == table.entryCount)
      let newcomer = Self.entry(crowd[0], .opening, now: 10)
      #expect(insert(newcomer, now: 10).place.isNone, "an established flow never gives way")
      let places = [target.first, target.second].flatMap { bucket in
        (0..<UInt32(4)).map { SessionPlace(bucket: bucket, lane: $0) }
      }
      for (index, place) in places.enumerated() {
        table[place] = Self.entry(crowd[index], index == 2 ? .closing : .established, now: 40)
      }
      table[places[1]] = Self.entry(crowd[1], .opening, now: 30)
      table[places[3]] = Self.entry(crowd[3], .answered, now: 20)
      let first = insert(Self.entry(crowd[10], .opening, now: 50), now: 50)
      #expect(first.place == places[3])
      #expect(first.evicted.client == crowd[3])
      // Once anything has expired it goes first, established or not.
      table[places[0]] = Self.entry(crowd[0], .established, now: 0)
      let second = insert(Self.entry(crowd[11], .opening, now: 101), now: 101)
      #expect(second.place == places[0])
      #expect(second.evicted.client == crowd[0])
    }

    @Test func `46: flows forced into the same two buckets keep apart`() throws {
      let table = try Self.table(512)
      let target = table.buckets(for: Self.client(0))
      let crowd = (0..<20_000_000).lazy.map { Self.client($0) }.filter { table.buckets(for: $0) == target }.prefix(6)
      for (backend, client) in crowd.enumerated() {
        let insertion = table.insert(
          Self.entry(client, backend: UInt16(backend)), into: target, rules: Self.rules, now: Tick(rawValue: 0))
        #expect(insertion.evicted.isFree)
      }
      for (backend, client) in crowd.enumerated() {
        #expect(Self.find(table, client).map(\.backend) == [BackendIndex(UInt16(backend))])
      }
      #expect(crowd.count == 6)
    }
  }
}
