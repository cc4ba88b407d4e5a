import EAL
import Net
import Tables

/// One session table at its full size: what fits, what of it fails, what it costs to age.
struct TableTrial {
  /// Flows that the table is made for, and that live in it all the time.
  let flows: Int

  /// Bytes of DPDK memory that it takes: one table at a time.
  var bytes: UInt64 {
    UInt64(SessionTable.byteCount(capacity: flows)) + TestBed.bytes(trial, packets: 0)
  }

  private var trial: Trial { Trial(scenario: .forward, transport: .udp, flows: flows, services: 1, workers: 1) }

  /// What came of it, in a few lines.
  ///
  /// - Throws: `EALError` without memory, `BenchError` when a promise of docs/behaviours.md (43) is broken.
  func run(_ ports: BenchPorts, usesHugePages: Bool) throws -> String {
    let (text, share) = try churn(usesHugePages)
    let ageing = try age(ports)
    guard share < 0.000_01 else { throw BenchError.surprise("\(text)\nthat is more than 0.001 %") }
    return text + "\n" + ageing
  }

  // MARK: Churn

  /// A flow by its number: ports of one address after the other, as clients have them.
  private func client(_ number: Int) -> Endpoint {
    Endpoint(IPv4Address(rawValue: 0x0A00_0000 &+ UInt32(number >> 15)), UInt16(0x8000 | number & 0x7FFF), .tcp)
  }

  /// Fills a table, then lets as many flows end as begin until all have been replaced once; none may be evicted, as all
  /// are established.
  private func churn(_ usesHugePages: Bool) throws -> (String, share: Double) {
    let table = try SessionTable(capacity: flows, hash: .random(), socket: -1)
    let rules = SessionRules { _, _ in 36000 }
    var failures = (filling: 0, churning: 0)
    let start = Clock.now()
    for number in 0..<flows where !insert(number, table, rules) { failures.filling += 1 }
    let filled = Clock.now()
    for number in 0..<flows {
      remove(number, table)
      if !insert(number + flows, table, rules) { failures.churning += 1 }
    }
    let cycles = [filled - start, Clock.now() - filled].map { Double($0) / Double(flows) }
    let bytes = Double(SessionTable.byteCount(capacity: flows)) / Double(flows)
    let share = Double(failures.churning) / Double(flows)
    return (
      """
      \(flows) flows in \(Self.rounded(bytes, 100)) bytes each, on \(usesHugePages ? "huge" : "ordinary") pages
      filling: \(failures.filling) inserts failed, \(Int(cycles[0])) cycles each
      churn of \(flows) flows at that fill: \(failures.churning) inserts failed, \(Int(cycles[1])) cycles to end one and \
      begin one; \(Self.rounded(share * 100, 1_000_000)) % failed
      """, share
    )
  }

  private func insert(_ number: Int, _ table: borrowing SessionTable, _ rules: SessionRules) -> Bool {
    let client = client(number)
    let entry = SessionEntry(
      client: client, serverPort: 80, service: ServiceIndex(1), backend: BackendIndex(UInt16(number & 63)),
      frontend: PortIndex(0), kind: .flow, progress: SessionProgress(.established), now: Tick(rawValue: 0))
    return !table.insert(entry, into: table.buckets(for: client), rules: rules, now: Tick(rawValue: 0)).place.isNone
  }

  private func remove(_ number: Int, _ table: borrowing SessionTable) {
    let client = client(number)
    let match = SessionMatch.request(from: client, to: ServiceIndex(1), kind: .flow)
    let buckets = table.buckets(for: client)
    for bucket in [buckets.first, buckets.second] {
      let place = table.find(match, in: bucket)
      if !place.isNone { return table[place] = .free }
    }
  }

  // MARK: Ageing

  /// What the sweep of a worker with that many sessions costs, turn by turn, while no frame comes.
  private func age(_ ports: BenchPorts) throws -> String {
    let bed = try TestBed(trial, ports: ports, packets: 0)
    bed.warmUp()
    var sweeping = (turns: 0, cycles: UInt64(0), most: UInt64(0))
    var tick = bed.workers[0].pointee.tick
    var turnsOfTick = Int.max
    let start = Clock.now()
    while Clock.now() - start < 3 * Clock.frequency {
      let before = Clock.now()
      bed.breathe()
      let cycles = Clock.now() - before
      if bed.workers[0].pointee.tick != tick {
        tick = bed.workers[0].pointee.tick
        turnsOfTick = 0
      }
      // A tick's share is spread over that many turns.
      guard turnsOfTick < 64 else { continue }
      turnsOfTick += 1
      sweeping = (sweeping.turns + 1, sweeping.cycles + cycles, max(sweeping.most, cycles))
    }
    let share = Double(sweeping.cycles) / Double(Clock.now() - start)
    let perTurn = Double(sweeping.cycles) / Double(max(1, sweeping.turns))
    let microseconds = { (cycles: Double) in Self.rounded(cycles * 1e6 / Double(Clock.frequency), 10) }
    let most = microseconds(Double(sweeping.most))
    return "ageing: \(microseconds(perTurn)) us in each of 64 turns of a tick, at most \(most)"
      + " us, \(Self.rounded(share * 100, 1000)) % of the time; once round in 10 s"
  }

  private static func rounded(_ value: Double, _ parts: Double) -> Double { (value * parts).rounded() / parts }
}
