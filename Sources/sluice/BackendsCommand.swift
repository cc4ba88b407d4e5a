import ArgumentParser
import Control

/// `sluice backends`
struct BackendsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backends", abstract: "List the backends with their shares and sessions.",
    discussion: """
      SHARE is the part of new sessions that a backend gets, IDEAL the one that the weights ask for. A backend of \
      weight 0 drains: it keeps its sessions and takes no new ones.
      """)

  @Argument(help: "The name of one service; without it, the backends of all.") var service: String?

  @OptionGroup var options: ObservationOptions

  func run() throws { try options.show(ControlClient.backendsPath(ofService: service), as: BackendsReport.self) }
}
