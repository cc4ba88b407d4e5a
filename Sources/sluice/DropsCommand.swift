import ArgumentParser
import Control

/// `sluice drops`
struct DropsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drops", abstract: "Show why frames were dropped or crossed unchanged.",
    discussion: """
      Reasons that have not occurred are left out; --json has all of them.
      """)

  @OptionGroup var options: ObservationOptions

  func run() throws { try options.show("/v1/drops", as: DropsReport.self) }
}
