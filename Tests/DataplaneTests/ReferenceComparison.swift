import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

/// A worker and the reference model under the same random traffic, time and changes of the tables, and what was made of the
/// frames so far.
struct ReferenceComparison {
  let rig: Rig
  var model: ReferenceModel
  var traffic: Traffic
  var verdicts: [ReferenceModel.Verdict: UInt64] = [:]
  var frames = 0
  var ambiguous = 0
  /// How often stateless mode was entered or left.
  var switches = 0
  private var wasStateless = false
  /// Whether workers saw the last burst at different ticks, of which the model has one.
  private var isTorn = false

  /// Steps, on average, until the tables change.
  let stepsToChange: Int
  /// Whether backends drain, go down, leave and are killed, and services are removed.
  let isLeaving: Bool
  /// Whether there is a limit of new flows.
  let hasFloods: Bool

  /// - Parameters:
  ///   - keepsClients: whether clients keep their servers (`affinity: source_ip`), on and off.
  ///   - floodLimit: new flows a second above which they are not stored.
  init(
    unmatched: UnmatchedAction = .pass, workers: Int = 1, sides: ReferenceSides = ReferenceSides(),
    isLeaving: Bool = false, keepsClients: Bool = false, floodLimit: UInt32 = .max, seed: SplitMix64
  ) throws {
    let services = keepsClients ? Traffic.keeping : Traffic.services
    rig = try Rig(
      services: Self.observed(services), unmatched: unmatched, workers: workers, transmitters: 1,
      frontends: sides.clients,
      sourceRewrites: sides.pairs.map { SourceRewrite(from: $0.from, to: $0.to) }, floodLimit: floodLimit)
    model = ReferenceModel(services: services, tables: rig.tables, dropsUnmatched: unmatched == .drop)
    model.sides = sides
    traffic = Traffic(generator: seed, sides: sides, switchesAffinity: keepsClients)
    stepsToChange = isLeaving ? 50 : 1000
    self.isLeaving = isLeaving
    hasFloods = floodLimit < .max
  }

  /// Every other service is observed, which changes nothing of what becomes of its packets.
  private static func observed(_ services: [ServiceDefinition]) -> [ServiceDefinition] {
    var services = services
    for index in services.indices { services[index].isObserved = index % 2 == 0 }
    return services
  }

  /// Frames for one side in one burst, each of another client, as the order among flows is the worker's own.
  mutating func burst() -> (port: PortIndex, frames: [[UInt8]]) {
    // Stateless mode may begin with any frame: then each is a burst. Among workers the order is theirs.
    let isSingle = hasFloods || rig.mailboxes.count > 1 || traffic.chance(70)
    let count = isSingle ? 1 : Int.random(in: 2...32, using: &traffic.generator)
    let first = traffic.frame()
    var frames = [first.bytes]
    var clients: Set<Endpoint> = []
    guard client(first, &clients) else { return (first.port, frames) }
    while frames.count < count {
      let next = traffic.frame()
      guard next.port == first.port else { continue }
      guard client(next, &clients) else { break }
      frames.append(next.bytes)
    }
    return (first.port, frames)
  }

  /// Whether the frame's client is another than those before.
  private func client(_ frame: (port: PortIndex, bytes: [UInt8]), _ clients: inout Set<Endpoint>) -> Bool {
    // A datagram's fragments are taken as they come, before the packets of their burst.
    if ReferenceFragment.read(frame.bytes) != nil { return false }
    let isRequest = frame.port != Rig.backend
    func known(_ end: Endpoint) -> Endpoint { isRequest ? end : model.sides.client(seenAs: end) ?? end }
    switch ReferencePacket.read(frame.bytes) {
    case .packet(let packet):
      return clients.insert(known(isRequest ? packet.source : packet.destination)).inserted
    case .error(let error):
      return clients.insert(known(isRequest ? error.quotedDestination : error.quotedSource)).inserted
    case .passed, .dropped: return true
    }
  }

  /// One burst into both; returns what they disagree about.
  mutating func step() -> String? {
    let (port, burst) = burst()
    frames += burst.count
    let isForetold = burst.count == 1 && rig.mailboxes.count == 1 && traffic.chance(20)
    let foretold = isForetold ? rig.explain(burst[0], from: port).verdict : nil
    let tick = rig.tick()
    var actual = send(burst, into: port).map(normalised)
    // Now: the next step may be of the next tick.
    let isNewTick = rig.tick() != model.now
    if isNewTick { model.age(to: rig.tick()) }
    model.isStateless = rig.counters[.statelessMode] == 1
    if model.isStateless != wasStateless { switches += 1 }
    wasStateless = model.isStateless
    let events = burst.flatMap { model.events(of: $0, from: port) }
    for event in events {
      if case .held = event { continue }
      let outcomes = model.outcomes(of: event, from: port)
      if outcomes.count > 1 { ambiguous += 1 }
      let place = outcomes.firstIndex { outcome in
        guard let output = outcome.output else { return true }
        return actual.contains(normalised(output))
      }
      guard let place else {
        return "\(burst.map { Rig.Output(port: port, bytes: $0) }) must give \(outcomes.map(\.verdict)): "
          + "\(outcomes.map { $0.output.map(normalised) }), not among \(actual)"
      }
      if let output = outcomes[place].output, let index = actual.firstIndex(of: normalised(output)) {
        actual.remove(at: index)
      }
      for copy in outcomes[place].copies {
        guard let index = actual.firstIndex(of: normalised(copy)) else { return "no copy \(copy) among \(actual)" }
        actual.remove(at: index)
      }
      verdicts[outcomes[place].verdict, default: 0] += 1 + UInt64(outcomes[place].copies.count)
      model.memory = outcomes[place].memory
      // What was foretold of a moment that has passed may have been right.
      if let foretold, events.count == 1, tick == rig.tick(), !Self.isSame(foretold, outcomes[place].verdict) {
        return "\(burst[0]) was explained as \(foretold), not \(outcomes[place].verdict)"
      }
    }
    // What expires by itself, amid a flood, is not to be a place for what would be left out.
    if hasFloods, isNewTick { skip(ticks: 0, isSweeping: true) }
    // What was seen at different ticks is to expire before it shows.
    if isTorn { skip(ticks: 40000, isSweeping: true) }
    return actual.isEmpty ? disagreement() : "nobody expects \(actual)"
  }

  /// Has a worker take the burst, of several any of them; what comes out in the end.
  private mutating func send(_ burst: [[UInt8]], into port: PortIndex) -> [Rig.Output] {
    let workers = rig.mailboxes.indices
    // Every worker reads its clock.
    while workers.count > 1, rig.serveRings() {}
    let before = workers.map { rig.tick($0) }
    rig.inject(burst, into: port)
    rig.serve(port, at: workers.count == 1 ? 0 : Int.random(in: workers, using: &traffic.generator))
    var output = rig.collect()
    while workers.count > 1, rig.serveRings() { output += rig.collect() }
    isTorn = workers.count > 1 && Set(before + workers.map { rig.tick($0) }).count > 1
    return output
  }

  private static func isSame(_ foretold: Explanation.Verdict, _ verdict: ReferenceModel.Verdict) -> Bool {
    switch foretold {
    case .forwarded, .returned: verdict == .forwarded
    case .passed(let reason): verdict == .passed(reason)
    case .dropped(let reason): verdict == .dropped(reason)
    case .refused, .reset, .portInUse, .answered: verdict == .answered
    case .toKernel, .handedOver, .held: false
    }
  }

  private func normalised(_ output: Rig.Output) -> Rig.Output {
    Rig.Output(port: output.port, bytes: ReferencePacket.normalised(output.bytes))
  }

  /// What the counters and the model's verdicts disagree about.
  private func disagreement() -> String? {
    let seen = rig.counters
    guard seen.isBalanced else { return "91: the books do not balance" }
    var wrong: [String] = []
    func compare(_ name: String, _ count: UInt64, _ verdict: ReferenceModel.Verdict) {
      if count != verdicts[verdict] ?? 0 { wrong.append("\(name): \(count), not \(verdicts[verdict] ?? 0)") }
    }
    compare("forwarded", seen[Counter.forwarded], .forwarded)
    compare("answered", seen[Counter.answered], .answered)
    if seen[.sessionsCreated] != model.memory.created {
      wrong.append("sessions made: \(seen[.sessionsCreated]), not \(model.memory.created)")
    }
    if seen[.sessionsLeftOut] != model.memory.leftOut {
      wrong.append("left out: \(seen[.sessionsLeftOut]), not \(model.memory.leftOut)")
    }
    if seen[.held] != UInt64(model.held) { wrong.append("held: \(seen[.held]), not \(model.held)") }
    for reason in PassReason.allCases { compare("passed \(reason)", seen[reason], .passed(reason)) }
    for reason in DropReason.allCases {
      let lost = reason == .fragmentTimeout ? UInt64(model.timedOut) : 0
      compare("dropped \(reason)", seen[reason] &- lost, .dropped(reason))
    }
    return wrong.isEmpty ? nil : wrong.joined(separator: ", ")
  }

  /// Now and then time passes or the tables change. Ticks pass often enough for refusals not to run out.
  mutating func change() -> String? {
    if traffic.chance(10) {
      let ticks = traffic.any([UInt32(1), 1, 1, 20, 60, 95, 101, 300, 601] + (traffic.chance(5) ? [36001] : []))
      let isSweeping = hasFloods || traffic.chance(30)
      skip(ticks: ticks, isSweeping: isSweeping)
      if isSweeping, rig.counters[.sessionsActive] != UInt64(model.sessions.count + model.memory.kept.count) {
        return "\(rig.counters[.sessionsActive]) entries, not \(model.sessions.count) and \(model.memory.kept.count)"
      }
    }
    if Int.random(in: 0..<stepsToChange, using: &traffic.generator) == 0 {
      rig.publish(layouts: traffic.changed(rig.tables.layouts, isLeaving: isLeaving, keys: rig.keys))
      model.adopt(rig.tables)
    }
    return nil
  }

  private mutating func skip(ticks: UInt32, isSweeping: Bool) {
    rig.skip(ticks: ticks, sweeping: isSweeping)
    rig.serveTick()
    model.age(to: rig.tick())
    if isSweeping { model.sweep() }
  }

  /// Steps until so many frames have come; what both disagree about is the test's.
  mutating func run(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) {
    while frames < count {
      if let fault = step() ?? change() {
        Issue.record("after \(frames) frames: \(fault)", sourceLocation: sourceLocation)
        return
      }
    }
    print(
      "reference model: \(frames) frames, \(ambiguous) with two sessions to choose from, stateless mode switched "
        + "\(switches) times, \(verdicts.map { "\($0.key): \($0.value)" }.sorted().joined(separator: ", "))")
  }
}
