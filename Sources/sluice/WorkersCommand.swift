import ArgumentParser
import Control

/// `sluice workers`
struct WorkersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workers", abstract: "Show every counter of every worker.",
    discussion: """
      Load (the share of time with work, cycles a packet), frames and session tables. Shares and cycles are means \
      since the start.
      """)

  @OptionGroup var options: ObservationOptions

  func run() throws { try options.show("/v1/workers", as: WorkersReport.self) }
}
