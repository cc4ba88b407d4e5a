import Counters
import Tables
import Net

extension MetricsPage {
  /// Each worker's account of frames, whose two sides are equal (behaviour 91).
  static func frames(_ reading: Reading, _ text: inout OpenMetricsText) {
    let accounts = zip(reading.instance.workers, reading.tallies).map {
      (worker: "\($0.index.rawValue)", tally: $1, account: FrameAccount($1, worker: nil))
    }
    let sources: [(String, KeyPath<FrameAccount, UInt64>)] = [
      ("port", \.receivedPorts), ("ring", \.receivedRings), ("originated", \.originated), ("copied", \.copied),
    ]
    text.family("sluice_worker_arrived_packets", .counter, unit: "packets", "Frames that came in, by where from.")
    for (worker, _, account) in accounts {
      for (name, path) in sources { text.sample([("worker", worker), ("from", name)], account[keyPath: path]) }
    }
    let ends: [(String, KeyPath<FrameAccount, UInt64>)] = [
      ("forwarded", \.forwarded), ("answered", \.answered), ("passed", \.passed), ("kernel", \.toKernel),
      ("worker", \.handedOver), ("dropped", \.dropped),
    ]
    text.family("sluice_worker_departed_packets", .counter, unit: "packets", "Frames by what became of them.")
    for (worker, _, account) in accounts {
      for (name, path) in ends { text.sample([("worker", worker), ("to", name)], account[keyPath: path]) }
    }
    text.family("sluice_worker_held_packets", .gauge, unit: "packets", "Frames kept for a while.")
    for (worker, _, account) in accounts { text.sample([("worker", worker)], account.held) }
    text.family("sluice_worker_balanced", .gauge, "1 if every frame is accounted for, otherwise 0: a fault.")
    for (worker, _, account) in accounts { text.sample([("worker", worker)], UInt64(account.balanced ? 1 : 0)) }
    text.family("sluice_worker_dropped_packets", .counter, unit: "packets", "Frames dropped, by reason.")
    for (worker, tally, _) in accounts {
      for reason in DropReason.allCases { text.sample([("worker", worker), ("reason", "\(reason)")], tally[reason]) }
    }
    text.family("sluice_worker_passed_packets", .counter, unit: "packets", "Frames crossed unchanged, by reason.")
    for (worker, tally, _) in accounts {
      for reason in PassReason.allCases { text.sample([("worker", worker), ("reason", "\(reason)")], tally[reason]) }
    }
  }

  /// Each worker's session table.
  static func sessions(_ reading: Reading, _ text: inout OpenMetricsText) {
    func each(_ value: (WorkerObservation, TallySnapshot) -> UInt64) {
      for (worker, tally) in zip(reading.instance.workers, reading.tallies) {
        text.sample([("worker", "\(worker.index.rawValue)")], value(worker, tally))
      }
    }
    text.family("sluice_worker_active_sessions", .gauge, "Sessions in the table.")
    each { $1[.sessionsActive] }
    text.family("sluice_worker_session_entries", .gauge, "Sessions that the table has room for.")
    each { worker, _ in UInt64(worker.sessionEntries) }
    text.family("sluice_worker_new_sessions", .counter, "Sessions made.")
    each { $1[.sessionsCreated] }
    text.family("sluice_worker_expired_sessions", .counter, "Sessions whose timeout passed.")
    each { $1[.sessionsExpired] }
    text.family("sluice_worker_evicted_sessions", .counter, "Unconfirmed sessions that gave way to new ones.")
    each { $1[.sessionsEvicted] }
    text.family("sluice_worker_killed_sessions", .counter, "Sessions of killed backends that ended.")
    each { $1[.sessionsKilled] }
    text.family("sluice_worker_flushed_sessions", .counter, "Sessions that an operator flushed.")
    each { $1[.sessionsFlushed] }
    text.family(
      "sluice_worker_address_conflicts", .counter, "ARP packets by which another host claims an address of Sluice's.")
    each { $1[.addressConflicts] }
    text.family("sluice_worker_unstored_sessions", .counter, "Flows that found no place: stateless choice.")
    each { $1[.sessionsNotStored] }
    text.family("sluice_worker_peak_sessions", .gauge, "The most sessions that were in the table at once.")
    each { $1[.sessionsPeak] }
    text.family(
      "sluice_worker_full_in_seconds", .gauge, unit: "seconds",
      "Time until the table is full if it goes on filling as it did lately; absent while it does not.")
    for (worker, tally) in zip(reading.instance.workers, reading.tallies) {
      guard let seconds = reading.fullIn(worker, tally) else { continue }
      text.sample([("worker", "\(worker.index.rawValue)")], seconds)
    }
    text.family("sluice_worker_stateless_mode", .gauge, "1 while a flood of new flows is on, which are not stored.")
    each { $1[.statelessMode] }
    text.family(
      "sluice_worker_left_out_packets", .counter, unit: "packets", "Packets of new flows not stored in a flood.")
    each { $1[.sessionsLeftOut] }
    text.family("sluice_worker_avoided_clashes", .counter, "Flows that got another server: port in use.")
    each { $1[.clashesAvoided] }
    text.family("sluice_worker_refused_clashes", .counter, "Frames refused: port in use with the only server.")
    each { $1[.clashesRefused] }
    text.family("sluice_worker_adopted_requests", .counter, "Flows met in mid-stream by a request.")
    each { $1[.adoptedRequests] }
    text.family("sluice_worker_adopted_replies", .counter, "Flows met in mid-stream by a reply.")
    each { $1[.adoptedReplies] }
    text.family("sluice_worker_translated_errors", .counter, "ICMP errors about services' flows, translated.")
    each { $1[.errorsTranslated] }
  }

  /// Each worker's load.
  static func load(_ reading: Reading, _ text: inout OpenMetricsText) {
    let workers = zip(reading.instance.workers, reading.tallies)
    text.family("sluice_worker_polls", .counter, "Rounds of the loop.")
    for (worker, tally) in workers { text.sample([("worker", "\(worker.index.rawValue)")], tally[.polls]) }
    text.family("sluice_worker_busy_polls", .counter, "Rounds of the loop that found work.")
    for (worker, tally) in workers { text.sample([("worker", "\(worker.index.rawValue)")], tally[.busyPolls]) }
    text.family("sluice_worker_busy_cycles", .counter, unit: "cycles", "Time-stamp cycles of rounds that found work.")
    for (worker, tally) in workers { text.sample([("worker", "\(worker.index.rawValue)")], tally[.busyCycles]) }
    text.family("sluice_worker_busy_seconds", .counter, unit: "seconds", "Time of rounds that found work.")
    let frequency = Double(max(1, reading.instance.cyclesPerSecond))
    for (worker, tally) in workers {
      text.sample([("worker", "\(worker.index.rawValue)")], Double(tally[.busyCycles]) / frequency)
    }
  }
}
