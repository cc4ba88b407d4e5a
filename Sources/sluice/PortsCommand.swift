import ArgumentParser
import Control

/// `sluice ports`
struct PortsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ports", abstract: "Show the ports, their links and the counters of their drivers.",
    discussion: """
      Frames that are missed arrived faster than the workers fetched them.
      """)

  @OptionGroup var options: ObservationOptions

  func run() throws { try options.show("/v1/ports", as: PortsReport.self) }
}
