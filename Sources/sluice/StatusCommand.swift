import ArgumentParser
import Control

/// `sluice status`
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show the instance at a glance.",
    discussion: """
      Version, uptime, workers, sessions, and for every worker where its frames came from and where they went. \
      Frames that are not accounted for are shown as a fault.
      """)

  @OptionGroup var options: ObservationOptions

  func run() throws { try options.show("/v1/status", as: StatusReport.self) }
}
