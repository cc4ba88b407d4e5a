import ArgumentParser
import Control
import Foundation

/// `sluice events`
struct EventsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Follow what happens: one line for each change of a backend's state.",
    discussion: """
      Ends when the balancer does, or after --wait seconds. --since shows first what came after an event that is known \
      already; the balancer keeps the last 10000 at least. --json prints {"id", "event", "data"}, one event a line.
      """)

  @Option(help: ArgumentHelp("The number of the last event that is known.", valueName: "number")) var since: UInt64?
  @Option(help: ArgumentHelp("End after so long.", valueName: "seconds")) var wait: UInt64?
  @OptionGroup var options: ObservationOptions

  func run() throws {
    let request = ClientRequest(
      "GET", path: ["v1", "events"], parameters: [("since", since.map(String.init)), ("wait", wait.map(String.init))])
    let isJSON = options.json
    // Silent for at most five seconds, unless it is gone.
    let client = ControlClient(socket: options.socket, timeout: 30)
    try ObservationOptions.orSentence { () throws(ClientError) in
      // Shown as they come, whoever reads.
      try client.follow(request) { event in
        FileHandle.standardOutput.write(Data(((isJSON ? event.wholeJSON : event.text) + "\n").utf8))
      }
    }
  }
}
