import ArgumentParser
import Control

/// `sluice sessions`, and `sluice sessions flush`
struct SessionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sessions", abstract: "List, count and flush sessions.",
    discussion: """
      Each worker is asked for its own, piece by piece, while it goes on forwarding.

        sluice sessions --service web --backend 10.0.1.2:8080
        sluice sessions --client 10.0.0.0/24 --count
        sluice sessions flush --service web
      """,
    subcommands: [List.self, Flush.self], defaultSubcommand: List.self)

  /// Which sessions are meant.
  struct Filter: ParsableArguments {
    @Option(help: "Sessions of this service.") var service: String?
    @Option(help: "Sessions of this backend of the service: its name or its address.") var backend: String?
    @Option(help: ArgumentHelp("Sessions of this client, or of a network.", valueName: "address")) var client: String?
    @Flag(help: "Also clients that talk to a backend itself.") var direct = false

    var parameters: [(String, String?)] {
      [("service", service), ("backend", backend), ("client", client), ("direct", direct ? "true" : nil)]
    }

    func validate() throws {
      if backend != nil, service == nil { throw ValidationError("--backend needs --service.") }
    }
  }

  /// `sluice sessions list`
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List sessions, or count them.")

    @OptionGroup var filter: Filter
    @Option(help: "List as many at most; 0: all.") var limit = 1000
    @Flag(help: "Only say how many they are.") var count = false
    @OptionGroup var options: ObservationOptions

    func validate() throws {
      if limit < 0 { throw ValidationError("--limit is a number of sessions.") }
    }

    func run() throws {
      func request(_ more: [(String, String?)]) -> ClientRequest {
        ClientRequest("GET", path: ["v1", "sessions"], parameters: filter.parameters + more)
      }
      if count {
        try options.show(request([("count", "true")]), as: SessionCountReport.self, seconds: 120)
      } else {
        try options.show(request([("limit", limit > 0 ? "\(limit)" : nil)]), as: SessionsReport.self)
      }
    }
  }

  /// `sluice sessions flush`
  struct Flush: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove sessions: the next packet of each is that of an unknown flow.",
      discussion: """
        A TCP flow that goes on gets the backend that the table gives it, which may be another.

          sluice sessions flush --service web --client 10.0.0.0/24
        """)

    @OptionGroup var filter: Filter
    @Flag(help: "Every session of every service.") var all = false
    @OptionGroup var options: ObservationOptions

    func validate() throws {
      if filter.service == nil, filter.client == nil, !all {
        throw ValidationError("Say which sessions with --service or --client, or --all.")
      }
      if all, filter.service != nil || filter.client != nil {
        throw ValidationError("--all is every session: leave --service and --client out.")
      }
    }

    func run() throws {
      let request = ClientRequest(
        "DELETE", path: ["v1", "sessions"], parameters: filter.parameters + [("all", all ? "true" : nil)])
      try options.show(request, as: SessionCountReport.self, seconds: 120)
    }
  }
}
