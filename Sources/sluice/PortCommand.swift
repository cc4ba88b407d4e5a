import ArgumentParser
import Control
import Foundation

/// `sluice port ...`: ports that come and go.
struct PortCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "port", abstract: "Remove a port, and make it again, while the balancer runs.",
    discussion: """
      Sessions stay. For an interface that has to be made anew, or for maintenance of a link:

        sluice port remove frontend
        ip link delete fe0 && ip link add fe0 ...
        sluice port add frontend
      """,
    subcommands: [Remove.self, Add.self])

  /// `sluice port remove`
  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Close a port's device; frames for it are dropped until it is made again.")

    @Argument(help: "The port's key in the configuration.") var name: String
    @OptionGroup var options: ObservationOptions

    func run() throws { try options.show(ClientRequest("DELETE", path: ["v1", "ports", name]), as: PortsReport.self) }
  }

  /// `sluice port add`
  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a removed port again, from its device as the configuration has it.")

    @Argument(help: "The port's key in the configuration.") var name: String
    @OptionGroup var options: ObservationOptions

    func run() throws { try options.show(ClientRequest("PUT", path: ["v1", "ports", name]), as: PortsReport.self) }
  }
}
