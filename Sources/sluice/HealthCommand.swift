import ArgumentParser
import Control

/// `sluice health`
struct HealthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health", abstract: "Show whether the backends work, and how it is known; or say so.",
    discussion: """
      Each backend with its state, since when, the time to its next check, who found the state and why, and the last \
      changes. 'set' says of a backend what a monitor or an operator knows.

        sluice health web
        sluice health set web web-2 down --ttl 30s --source monitor --cause "disk full"
        sluice health set web web-2 clear --source monitor
      """,
    subcommands: [Show.self, Set.self], defaultSubcommand: Show.self)

  /// `sluice health [SERVICE]`
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show whether the backends work.")

    @Argument(help: "The name of one service; without it, all of them.") var service: String?
    @OptionGroup var options: ObservationOptions

    func run() throws {
      try options.show(
        ClientRequest("GET", path: ["v1", "health"], parameters: [("service", service)]), as: HealthReport.self)
    }
  }

  /// `sluice health set`
  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what is known of a backend: up, down, drain, maintenance, or clear.",
      discussion: """
        With --ttl it holds for that time, against everything that checks find; then they rule again. Without, it holds \
        until 'clear' of the same source; 'up' without --ttl only brings the backend up, and checks may find otherwise.
        """)

    @OptionGroup var target: BackendCommand.Target
    @Argument(help: "up, down, drain, maintenance or clear.") var state: String
    @Option(help: ArgumentHelp("How long it holds, such as 30s; at most 1h.", valueName: "time")) var ttl: String?
    @Option(help: "Who says so.") var source = "operator"
    @Option(help: "Why; 'sluice health' shows it.") var cause: String?
    @OptionGroup var options: ObservationOptions

    func run() throws {
      let item = HealthBody.Item(service: target.service, backend: target.backend, state: state, cause: cause)
      try options.put(HealthBody(source: source, ttl: ttl, backends: [item]))
    }
  }
}
