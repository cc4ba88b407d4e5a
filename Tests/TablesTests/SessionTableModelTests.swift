import EAL
import Net
import TestSupport
import Testing

@testable import Tables

extension MemorySuites {
  /// The table against a dictionary, under random inserts, removals, packets and passing time.
  @Suite struct SessionTableModelTests {
    typealias Fixture = SessionTableTests

    @Test func `43, 46: the table holds what a dictionary holds, each flow once and in one of its buckets`() throws {
      var generator = TestSeed.generator("session table model")
      let table = try Fixture.table(2000, seed: generator.next())
      var model: [Endpoint: SessionEntry] = [:]
      var now: UInt32 = 0xFF_FF00
      var evictions = 0
      for step in 0..<60000 {
        now = (now + (Int.random(in: 0..<50, using: &generator) == 0 ? 1 : 0)) & 0xFF_FFFF
        let client = Fixture.client(
          .random(in: 0..<4000, using: &generator), Bool.random(using: &generator) ? .tcp : .udp)
        switch (model[client], Int.random(in: 0..<4, using: &generator)) {
        case (nil, _):
          let phase: SessionPhase = Int.random(in: 0..<3, using: &generator) == 0 ? .opening : .established
          evictions += insert(Fixture.entry(client, phase, now: now), into: table, &model, Tick(rawValue: now)) ? 1 : 0
        case (let entry?, 0):
          remove(entry, from: table)
          model[client] = nil
        case (let entry?, _):
          let touched = entry.touched(SessionProgress(phase: .established), at: Tick(rawValue: now))
          replace(entry, by: touched, in: table)
          model[client] = touched
        }
        #expect(Fixture.find(table, client) == (model[client].map { [$0] } ?? []), "step \(step)")
      }
      #expect(Fixture.used(table) == model.count)
      for (client, entry) in model { #expect(Fixture.find(table, client) == [entry]) }
      print("session table model: \(model.count) of \(table.entryCount) entries in use, \(evictions) replaced")
    }

    /// Inserts into both; returns whether something had to go.
    private func insert(
      _ entry: SessionEntry, into table: borrowing SessionTable, _ model: inout [Endpoint: SessionEntry], _ now: Tick
    ) -> Bool {
      let buckets = table.buckets(for: entry.client)
      let before = neighbours(of: buckets, in: table)
      let insertion = table.insert(entry, into: buckets, rules: Fixture.rules, now: now)
      guard !insertion.place.isNone else {
        #expect(
          before.allSatisfy { !$0.isFree && !Fixture.rules.hasExpired($0, at: now) && !$0.progress.phase.isUnconfirmed }
        )
        return false
      }
      model[entry.client] = entry
      guard !insertion.evicted.isFree else { return false }
      #expect(model[insertion.evicted.client] == insertion.evicted, "the caller hears of what had to go")
      model[insertion.evicted.client] = nil
      let hasExpired = Fixture.rules.hasExpired(insertion.evicted, at: now)
      #expect(hasExpired || insertion.evicted.progress.phase.isUnconfirmed)
      if !hasExpired {
        let longest = before.filter(\.progress.phase.isUnconfirmed).map { now.since($0.lastSeen) }.max()
        #expect(now.since(insertion.evicted.lastSeen) == longest)
      }
      return true
    }

    private func neighbours(of buckets: BucketPair, in table: borrowing SessionTable) -> [SessionEntry] {
      var entries: [SessionEntry] = []
      for bucket in [buckets.first, buckets.second] {
        for lane in 0..<UInt32(4) { entries.append(table[SessionPlace(bucket: bucket, lane: lane)]) }
      }
      return entries
    }

    private func remove(_ entry: SessionEntry, from table: borrowing SessionTable) {
      replace(entry, by: .free, in: table)
    }

    private func replace(_ entry: SessionEntry, by other: SessionEntry, in table: borrowing SessionTable) {
      let pair = table.buckets(for: entry.client)
      for bucket in [pair.first, pair.second] {
        for lane in 0..<UInt32(4) where table[SessionPlace(bucket: bucket, lane: lane)] == entry {
          table[SessionPlace(bucket: bucket, lane: lane)] = other
          return
        }
      }
      Issue.record("\(entry.client) is in neither of its buckets")
    }
  }
}
