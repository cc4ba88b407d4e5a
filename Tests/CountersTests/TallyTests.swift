import Counters
import Net
import Synchronization
import TestSupport
import Testing

struct TallyTests {
  @Test func `each counter and reason is counted for itself`() {
    let tally = Tally.create()
    defer { tally.destroy() }
    for (index, counter) in Counter.allCases.enumerated() { tally.add(counter, 1000 + index) }
    for (index, reason) in DropReason.allCases.enumerated() { tally.add(reason, 2000 + index) }
    for (index, reason) in PassReason.allCases.enumerated() { tally.add(reason, 3000 + index) }
    tally.publish()
    let seen = tally.snapshot()
    for (index, counter) in Counter.allCases.enumerated() { #expect(seen[counter] == UInt64(1000 + index)) }
    for (index, reason) in DropReason.allCases.enumerated() { #expect(seen[reason] == UInt64(2000 + index)) }
    for (index, reason) in PassReason.allCases.enumerated() { #expect(seen[reason] == UInt64(3000 + index)) }
    #expect(seen.dropped == UInt64(DropReason.allCases.indices.reduce(0) { $0 + 2000 + $1 }))
    #expect(seen.passed == UInt64(PassReason.allCases.indices.reduce(0) { $0 + 3000 + $1 }))
  }

  @Test func `a verdict counts as what it names, and can be taken back`() {
    let tally = Tally.create()
    defer { tally.destroy() }
    tally.add(Counter.forwarded, 3)
    tally.add(Verdict.forwarded, -1)
    tally.add(Verdict.answered, 5)
    for reason in PassReason.allCases { tally.add(Verdict.passed(reason), reason.index + 1) }
    tally.publish()
    let seen = tally.snapshot()
    #expect(seen[Counter.forwarded] == 2 && seen[Counter.answered] == 5)
    for reason in PassReason.allCases { #expect(seen[reason] == UInt64(reason.index + 1)) }
    for verdict in [Verdict.forwarded, .answered] + PassReason.allCases.map(Verdict.passed) {
      #expect(Verdict(rawValue: verdict.rawValue) == verdict, "as on the note of a frame that travels")
    }
  }

  @Test func `readers see what was published and nothing later`() {
    let tally = Tally.create()
    defer { tally.destroy() }
    tally.add(.polls)
    #expect(tally.snapshot()[.polls] == 0)
    tally.publish()
    tally.add(.polls)
    #expect(tally.snapshot()[.polls] == 1)
  }

  @Test func `91: the law of conservation is the sum of where frames came from and what became of them`() {
    let tally = Tally.create()
    defer { tally.destroy() }
    let arrivals: [Counter] = [.receivedFromPorts, .receivedFromRings, .originated, .copied]
    let departures: [Counter] = [.forwarded, .answered, .toKernel, .handedOver, .held]
    for counter in arrivals {
      tally.add(counter, 100)
      tally.publish()
      #expect(!tally.snapshot().isBalanced)
    }
    for counter in departures { tally.add(counter, 20) }
    for reason in DropReason.allCases { tally.add(reason, 5) }
    for reason in PassReason.allCases { tally.add(reason, 5) }
    let reasons = (DropReason.allCases.count + PassReason.allCases.count) * 5
    tally.add(Counter.forwarded, 400 - 100 - reasons)
    tally.publish()
    #expect(tally.snapshot().isBalanced)
    #expect(tally.snapshot().arrivals == 400)
  }

  @Test func `91: a reader beside a writer never sees half a burst`() async {
    let tally = Tally.create()
    let stop = Flag()
    let (snapshots, torn) = await withTaskGroup(of: Void.self) { group in
      group.addTask {
        // All words of a burst are equal, and differ from those of the next.
        while !stop.isSet.load(ordering: .relaxed) {
          for counter in Counter.allCases { tally.add(counter, 1) }
          for reason in DropReason.allCases { tally.add(reason, 1) }
          for reason in PassReason.allCases { tally.add(reason, 1) }
          tally.publish()
        }
      }
      var snapshots = 0
      var torn = 0
      let clock = ContinuousClock()
      let end = clock.now + .seconds(2)
      while clock.now < end {
        let seen = tally.snapshot()
        let first = seen[.receivedFromPorts]
        let isWhole =
          Counter.allCases.allSatisfy { seen[$0] == first } && DropReason.allCases.allSatisfy { seen[$0] == first }
          && PassReason.allCases.allSatisfy { seen[$0] == first }
        snapshots += 1
        torn += isWhole ? 0 : 1
      }
      stop.isSet.store(true, ordering: .relaxed)
      return (snapshots, torn)
    }
    print("tally: \(snapshots) snapshots beside \(tally.snapshot()[.polls]) bursts, \(torn) torn")
    #expect(torn == 0)
    #expect(snapshots > 100)
    tally.destroy()
  }

  @Test func `snapshots add up`() {
    let tallies = (0..<3).map { _ in Tally.create() }
    defer { for tally in tallies { tally.destroy() } }
    for (index, tally) in tallies.enumerated() {
      tally.add(Counter.forwarded, index + 1)
      tally.add(DropReason.unmatched, 10)
      tally.add(PassReason.arp, 100)
      tally.publish()
    }
    let sum = tallies.map { $0.snapshot() }.reduce(TallySnapshot(), +)
    #expect(sum[.forwarded] == 6 && sum[DropReason.unmatched] == 30 && sum[PassReason.arp] == 300)
    #expect(sum.dropped == 30 && sum.passed == 300)
  }
}

/// What stops the writer.
private final class Flag: Sendable {
  let isSet = Atomic(false)
}

struct BackendTallyTests {
  @Test func `each backend is counted for itself`() {
    let tally = BackendTally.create(slotCount: 100)
    defer { tally.destroy() }
    for number in 0..<100 {
      let slot = BackendSlot(UInt32(number))
      for _ in 0..<number {
        tally.addRequest(slot, bytes: 10)
        tally.addReply(slot, bytes: 1)
        tally.sessionBegan(slot)
      }
      tally.addReply(slot, bytes: 5)
      tally.wentStateless(slot)
      if number > 0 { tally.sessionEnded(slot) }
    }
    for number in 0..<100 {
      let seen = tally.snapshot(BackendSlot(UInt32(number)))
      let count = UInt64(number)
      #expect(seen.requestPackets == count && seen.requestBytes == 10 * count)
      #expect(seen.replyPackets == count + 1 && seen.replyBytes == count + 5)
      #expect(seen.sessionsCreated == count && seen.sessionsActive == (count == 0 ? 0 : count - 1))
      #expect(seen.statelessPackets == 1)
    }
    let sum = tally.snapshot(BackendSlot(3)) + tally.snapshot(BackendSlot(4))
    #expect(sum.requestPackets == 7 && sum.replyBytes == 17 && sum.sessionsActive == 5 && sum.statelessPackets == 2)
  }

  @Test func `87: times of answers are counted by powers of two, each backend's for itself, until they are cleared`() {
    let tally = BackendTally.create(slotCount: 3)
    defer { tally.destroy() }
    let times: [(microseconds: UInt64, range: Int)] = [
      (0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (1000, 10), (1023, 10), (1024, 11), (1 << 21, 22), (1 << 40, 22),
    ]
    let slot = BackendSlot(1)
    for (index, time) in times.enumerated() {
      tally.addAnswer(slot, microseconds: time.microseconds)
      #expect(tally.openings(slot).answersByTime[time.range] > 0)
      #expect(tally.openings(slot).timedAnswers == UInt64(index + 1))
    }
    #expect(tally.openings(slot).answerMicroseconds == times.reduce(0) { $0 + $1.microseconds })
    tally.add(.attempted, slot)
    tally.add(.datagramsUnreachable, slot)
    let sum = tally.openings(slot) + tally.openings(slot)
    #expect(sum[.attempted] == 2 && sum[.datagramsUnreachable] == 2 && sum.timedAnswers == 20 && sum.open == 2)
    for other in [BackendSlot(0), BackendSlot(2)] { #expect(tally.openings(other) == OpeningSnapshot()) }
    #expect(tally.snapshot(slot) == BackendSnapshot() && tally.snapshot(BackendSlot(0)) == BackendSnapshot())
    tally.clear(slot)
    #expect(tally.openings(slot) == OpeningSnapshot())
  }

  @Test func `no backends take no counters, and asking for one is a fault of ours`() async {
    BackendTally.create(slotCount: 0).destroy()
    await #expect(processExitsWith: .failure) {
      _ = BackendTally.create(slotCount: 1).snapshot(BackendSlot(1))
    }
  }
}
