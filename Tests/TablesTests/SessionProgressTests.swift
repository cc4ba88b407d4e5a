import Net
import Testing

@testable import Tables

struct SessionProgressTests {
  /// One packet: from the client or the server, with these flags.
  struct Step {
    var fromClient: Bool
    var event: SegmentEvent

    static func client(_ flags: String) -> Step { Step(fromClient: true, event: event(flags)) }
    static func server(_ flags: String) -> Step { Step(fromClient: false, event: event(flags)) }

    private static func event(_ flags: String) -> SegmentEvent {
      if flags == "datagram" { return .datagram }
      let bits: [Character: UInt8] = ["F": 1, "S": 2, "R": 4, "P": 8, "A": 16]
      return SegmentEvent(tcpFlags: flags.reduce(0) { $0 | (bits[$1] ?? 0) })
    }
  }

  /// A story: packets, and where each leads, as it is printed.
  struct Story: CustomTestStringConvertible {
    var name: String
    var steps: [(Step, String)]
    var testDescription: String { name }
  }

  static let stories: [Story] = [
    Story(
      name: "a whole connection",
      steps: [
        (.client("S"), "opening"), (.server("SA"), "answered"), (.client("A"), "established"),
        (.client("PA"), "established"), (.server("PA"), "established"),
        (.client("FA"), "established+client_fin"), (.server("A"), "established+client_fin"),
        (.server("FA"), "closing+client_fin+server_fin"), (.client("A"), "closing+client_fin+server_fin"),
      ]),
    Story(
      name: "the server closes first, half-closed for long",
      steps: [
        (.client("S"), "opening"), (.server("SA"), "answered"), (.client("A"), "established"),
        (.server("FA"), "established+server_fin"), (.client("A"), "established+server_fin"),
        (.client("PA"), "established+server_fin"), (.server("A"), "established+server_fin"),
        (.client("FA"), "closing+client_fin+server_fin"),
      ]),
    Story(
      name: "both close at once",
      steps: [
        (.client("S"), "opening"), (.server("SA"), "answered"), (.client("A"), "established"),
        (.client("FA"), "established+client_fin"), (.server("FA"), "closing+client_fin+server_fin"),
        (.server("A"), "closing+client_fin+server_fin"),
      ]),
    Story(
      name: "retransmissions of the handshake change nothing",
      steps: [
        (.client("S"), "opening"), (.client("S"), "opening"), (.server("SA"), "answered"), (.client("S"), "answered"),
        (.server("SA"), "answered"), (.client("A"), "established"), (.server("SA"), "established"),
        (.client("S"), "established"),
      ]),
    Story(
      name: "49: met in mid-stream, from the client's side",
      steps: [(.client("A"), "opening"), (.client("PA"), "opening"), (.server("A"), "established")]),
    Story(
      name: "49: met in mid-stream, from the server's side",
      steps: [(.server("PA"), "established"), (.client("A"), "established")]),
    Story(
      name: "49: met at the end",
      steps: [(.client("FA"), "opening+client_fin"), (.server("FA"), "closing+client_fin+server_fin")]),
    Story(
      name: "simultaneous open",
      steps: [
        (.client("S"), "opening"), (.server("S"), "answered"), (.client("SA"), "answered"), (.server("A"), "answered"),
        (.client("PA"), "established"),
      ]),
    Story(
      name: "refused by the server",
      steps: [(.client("S"), "opening"), (.server("RA"), "closing")]),
    Story(
      name: "44: a reset of a connection that was never established closes, and its client cannot undo it",
      steps: [
        (.client("S"), "opening"), (.client("R"), "closing"), (.client("A"), "closing"), (.client("PA"), "closing"),
        (.client("R"), "closing"), (.client("FA"), "closing+client_fin"),
      ]),
    Story(
      name: "a forged reset of an answered handshake: the server's next segment undoes it",
      steps: [
        (.client("S"), "opening"), (.server("SA"), "answered"), (.client("R"), "closing"), (.client("A"), "closing"),
        (.server("SA"), "closing"), (.server("A"), "established"),
      ]),
    Story(
      name: "44: a client that resets and is gone: what was on its way draws the server's reset",
      steps: [
        (.client("S"), "opening"), (.server("SA"), "answered"), (.client("A"), "established"),
        (.client("R"), "closing"), (.client("PA"), "established"), (.server("R"), "closing"),
      ]),
    Story(
      name: "44: a server that resets: each segment of the client's that was on its way draws another reset",
      steps: [
        (.server("A"), "established"), (.server("R"), "closing"), (.client("PA"), "established"),
        (.server("R"), "closing"), (.client("PA"), "established"), (.server("RA"), "closing"),
        (.client("S"), "closing"),
      ]),
    Story(
      name: "a forged reset: the client goes on sending",
      steps: [
        (.client("S"), "opening"), (.server("SA"), "answered"), (.client("A"), "established"),
        (.client("R"), "closing"), (.client("R"), "closing"), (.client("PA"), "established"), (.client("R"), "closing"),
        (.client("FA"), "established+client_fin"), (.server("FA"), "closing+client_fin+server_fin"),
        (.client("PA"), "closing+client_fin+server_fin"),
      ]),
    Story(
      name: "a forged FIN closes nothing while the server has something to say",
      steps: [
        (.server("A"), "established"), (.client("F"), "established+client_fin"),
        (.server("PA"), "established+client_fin"), (.client("PA"), "established+client_fin"),
        (.client("F"), "established+client_fin"), (.server("A"), "established+client_fin"),
      ]),
    Story(
      name: "a SYN on an established session changes nothing, whoever sends it; the client's reset then ends it",
      steps: [
        (.server("PA"), "established"), (.client("S"), "established"), (.server("A"), "established"),
        (.client("R"), "closing"), (.client("S"), "closing"),
      ]),
    Story(
      name: "a forged reset: the server goes on talking",
      steps: [
        (.client("S"), "opening"), (.server("SA"), "answered"), (.client("A"), "established"),
        (.client("R"), "closing"),
        (.server("PA"), "established"), (.server("R"), "closing"),
      ]),
    Story(
      name: "after both FIN the server's last words change nothing",
      steps: [
        (.server("A"), "established"), (.client("FA"), "established+client_fin"),
        (.server("FA"), "closing+client_fin+server_fin"), (.server("A"), "closing+client_fin+server_fin"),
        (.server("R"), "closing+client_fin+server_fin"), (.server("A"), "closing+client_fin+server_fin"),
      ]),
    Story(
      name: "a datagram is unconfirmed until it is answered",
      steps: [
        (.client("datagram"), "opening"), (.client("datagram"), "opening"), (.server("datagram"), "established"),
        (.client("datagram"), "established"),
      ]),
  ]

  @Test(arguments: stories)
  func `44: a session's progress follows from the flags seen`(_ story: Story) {
    var progress = SessionProgress(phase: .opening)
    for (number, (step, expected)) in story.steps.enumerated() {
      progress = progress.after(step.event, fromClient: step.fromClient)
      #expect(progress.description == expected, "step \(number + 1)")
    }
  }

  @Test func `the rules' table says what the rules say, for every input`() {
    let rules = SessionRules { _, _ in 1 }
    for rawValue in 0..<UInt8(SessionProgress.count) {
      for event in 0..<UInt8(SegmentEvent.count) {
        for fromClient in [true, false] {
          let progress = SessionProgress(rawValue: rawValue)
          let event = SegmentEvent(rawValue: event)
          // A client's SYN on a closing session is of another one (behaviour 45).
          let isReused = fromClient && event.opensConnection && progress.phase.isClosing
          let next = isReused ? SessionProgress.over : progress.after(event, fromClient: fromClient)
          #expect(rules.progress(after: event, fromClient: fromClient, from: progress) == next)
        }
      }
    }
  }

  @Test func `of an active session an ordinary packet only moves the time, and no other session is taken for one`() {
    let rules = SessionRules { transport, phase in phase.isClosing ? 3 : transport == .udp ? 30 : 70 }
    let now = Tick(rawValue: 50)
    let moment = rules.moment(now)
    var active = 0
    for entry in entriesOfEveryKind(at: now, idle: [0, 1, 3, 4, 30, 31, 70, 71, 1 << 23]) {
      for event in (0..<UInt8(SegmentEvent.count)).map({ SegmentEvent(rawValue: $0) }) {
        guard moment.isActive(entry), event.isOrdinary else { continue }
        active += 1
        #expect(!rules.leavesHitPath(entry, at: now))
        let outcomes = [true, false].map { rules.progress(after: event, fromClient: $0, from: entry.progress) }
        let oneWay = rules.progressOneWay(after: event, from: entry.progress)
        for progress in outcomes + [oneWay] {
          #expect(moment.touched(entry.tag) == entry.touched(progress, at: now).tag)
        }
      }
    }
    // Three transports; idle for 0, 1, 3, 4 and 30 ticks; the events with neither FIN nor RST, eight of them.
    #expect(active == 3 * 5 * 8)
  }

  /// Sessions in every progress and of every kind, their other fields full of ones.
  private func entriesOfEveryKind(at now: Tick, idle: [UInt32]) -> [SessionEntry] {
    var entries: [SessionEntry] = []
    for transport in TransportProtocol.allCases {
      for progress in 0..<UInt8(SessionProgress.count) where (1...4).contains(progress & 7) {
        for kind in 0..<UInt8(4) {
          for idle in idle {
            entries.append(
              SessionEntry(
                client: Endpoint(IPv4Address(10, 0, 0, 1), 4000, transport), serverPort: 80,
                service: ServiceIndex(0x3FFF), backend: BackendIndex(4095), frontend: PortIndex(15),
                kind: SessionKind(rawValue: kind), progress: SessionProgress(rawValue: progress),
                now: now.advanced(by: 0 &- idle)))
          }
        }
      }
    }
    return entries
  }

  @Test func `no packet makes a session in use look free, nor leads out of the four phases`() {
    for phase: SessionPhase in [.opening, .answered, .established, .closing] {
      for fins in 0..<4 {
        for event in 0..<UInt8(SegmentEvent.count) {
          for fromClient in [true, false] {
            for wasEstablished in phase.isClosing ? [false, true] : [false] {
              let next = SessionProgress(
                phase, clientFin: fins & 1 == 1, serverFin: fins & 2 == 2, wasEstablished: wasEstablished
              ).after(SegmentEvent(rawValue: event), fromClient: fromClient)
              #expect((1...4).contains(next.phase.rawValue))
              #expect(next.rawValue < SessionProgress.count)
              #expect(!next.wasEstablished || next.phase.isClosing)
            }
          }
        }
      }
    }
  }

  @Test func `44: each transport and phase has its own timeout, exclusive, over the end of the ticks`() {
    let phases: [SessionPhase] = [.opening, .answered, .established, .closing]
    let rules = SessionRules { transport, phase in UInt32(transport.code) * 1000 + UInt32(phase.rawValue) * 10 }
    for transport in TransportProtocol.allCases {
      for phase in phases {
        for start: UInt32 in [0, 12345, 0xFF_FFFF - 5] {
          let seen = Tick(rawValue: start)
          let entry = SessionEntry(
            client: Endpoint(IPv4Address(1, 2, 3, 4), 5, transport), serverPort: 6, service: ServiceIndex(.max >> 2),
            backend: BackendIndex(.max >> 4), frontend: PortIndex(15), kind: .direct,
            progress: SessionProgress(phase, clientFin: true, serverFin: true), now: seen)
          let timeout = UInt32(transport.code) * 1000 + UInt32(phase.rawValue) * 10
          #expect(!rules.hasExpired(entry, at: seen))
          #expect(!rules.hasExpired(entry, at: seen.advanced(by: timeout)))
          #expect(rules.hasExpired(entry, at: seen.advanced(by: timeout + 1)))
        }
      }
    }
  }
}
