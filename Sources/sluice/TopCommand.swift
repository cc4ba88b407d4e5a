import ArgumentParser
import Control
import EAL
import Foundation

/// `sluice top`
struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top", abstract: "Show rates, live: workers, drops, services and backends.",
    discussion: """
      The busiest services and backends come first, as many as the terminal has lines for. 'q' leaves. FRAMES/ROUND is \
      how full a worker's bursts are.

        sluice top
        sluice top --once --interval 5       # one table of all, for scripts
      """)

  @Option(help: ArgumentHelp("Seconds between two readings.", valueName: "seconds")) var interval = 1.0
  @Flag(help: "Print everything once, after one interval, and leave.") var once = false
  @OptionGroup var options: ObservationOptions

  func validate() throws {
    guard (0.1...3600).contains(interval) else { throw ValidationError("--interval is 0.1 to 3600 seconds.") }
    if options.json, !once { throw ValidationError("--json goes with --once.") }
  }

  func run() throws {
    let client = ControlClient(socket: options.socket, timeout: 5)
    let first = try reading(client)
    guard !once else {
      Thread.sleep(forTimeInterval: interval)
      let report = TopReport(from: first, to: try reading(client))
      return print(options.json ? String(decoding: try report.json(), as: UTF8.self) : report.text, terminator: "")
    }
    // From here on a signal is a reason to leave in good order.
    StopSignals.block()
    guard let terminal = Terminal() else {
      throw ValidationError("This is no terminal: 'sluice top --once' prints the figures once.")
    }
    defer { terminal.restore() }
    try watch(client, from: first, on: terminal)
  }

  private func reading(_ client: ControlClient) throws -> TopReading {
    try ObservationOptions.orSentence { () throws(ClientError) in try TopReading(client) }
  }

  /// Shows the rates round after round, until a key or a signal says stop.
  private func watch(_ client: ControlClient, from first: TopReading, on terminal: Terminal) throws {
    var last = first
    terminal.show(["reading ..."])
    while !isLeaving(terminal) {
      let next = try ObservationOptions.orSentence(before: terminal.restore) { () throws(ClientError) in
        try TopReading(client)
      }
      let size = terminal.size
      terminal.show(TopReport(from: last, to: next).screen(rows: size.rows, columns: size.columns))
      last = next
    }
  }

  /// Waits for the length of an interval; says whether it was cut short by a wish to leave.
  private func isLeaving(_ terminal: Terminal) -> Bool {
    let deadline = ContinuousClock.now + .milliseconds(Int(interval * 1000))
    while ContinuousClock.now < deadline {
      switch terminal.read(milliseconds: 50) {
      case .key(UInt8(ascii: "q")), .key(UInt8(ascii: "Q")), .key(3), .key(4), .closed: return true
      case .key, .nothing: break
      }
      if StopSignals.wait(milliseconds: 0) != nil { return true }
    }
    return false
  }
}
