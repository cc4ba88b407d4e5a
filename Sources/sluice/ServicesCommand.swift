import ArgumentParser
import Control

/// `sluice services`
struct ServicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "services", abstract: "List the services with their sums.",
    discussion: """
      Each with its address, the backends that take new sessions, and the sessions, packets and bytes of all its \
      backends.
      """)

  @OptionGroup var options: ObservationOptions

  func run() throws { try options.show("/v1/services", as: ServicesReport.self) }
}
