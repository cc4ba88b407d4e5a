import ArgumentParser
import Control

/// `sluice backend ...`: changes of one backend, or of a service's whole list.
struct BackendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backend", abstract: "Add, change, drain and remove backends while the balancer runs.",
    discussion: """
      A change is in force when the command returns, and felt by no established session: only --kill ends sessions. \
      BACKEND is a backend's name or its address.

        sluice backend add web 10.0.1.5:8080 --weight 10
        sluice backend drain web 10.0.1.2:8080
        sluice backend remove web 10.0.1.2:8080 --kill
        sluice backend add anycast 02:00:00:00:00:05
        sluice backend replace web 10.0.1.3:8080=10 10.0.1.4:8080=5
      """,
    subcommands: [Add.self, Set.self, Drain.self, Undrain.self, Maintenance.self, Remove.self, Replace.self])

  /// Which backend a command is about.
  struct Target: ParsableArguments {
    @Argument(help: "The service's name.") var service: String
    @Argument(help: "The backend's name or its address.") var backend: String

    var path: [String] { ["services", service, "backends", backend] }
  }

  /// `sluice backend add`
  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Add a backend to a service.")

    @Argument(help: "The service's name.") var service: String
    @Argument(
      help: "ADDRESS:PORT; the address alone for ICMP; in a dsr service a MAC address, or an address to resolve.")
    var address: String
    @Option(help: "Share of new sessions; 1 when left out.") var weight: Int?
    @Option(help: "A label; the address when left out.") var name: String?
    @Flag(help: "Give it no sessions yet.") var drain = false
    @Flag(help: "Use it only while no other backend of the service is up.") var backup = false
    @OptionGroup var options: ChangeOptions

    func run() throws {
      let body = BackendBody(
        address: address, name: name, weight: weight, drain: drain ? true : nil, backup: backup ? true : nil)
      try options.change("POST", ["services", service, "backends"], body: body)
    }
  }

  /// `sluice backend set`
  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change a backend's weight, name or part; what is not given stays.")

    @OptionGroup var target: Target
    @Option(help: "Share of new sessions; with 0 it drains.") var weight: Int?
    @Option(help: "A label.") var name: String?
    @Flag(inversion: .prefixedNo, help: "Use it only while no other backend of the service is up.") var backup: Bool?
    @OptionGroup var options: ChangeOptions

    func validate() throws {
      if weight == nil, name == nil, backup == nil {
        throw ValidationError("Give --weight, --name, --backup or --no-backup: there is nothing to set.")
      }
    }

    func run() throws {
      try options.change("PATCH", target.path, body: BackendBody(name: name, weight: weight, backup: backup))
    }
  }

  /// `sluice backend drain`
  struct Drain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a backend keep its sessions and take no new ones.",
      discussion: "'sluice backends' then shows how many are left, and when the last is likely to end.")

    @OptionGroup var target: Target
    @OptionGroup var options: ChangeOptions

    func run() throws { try options.change("PATCH", target.path, body: BackendBody(drain: true)) }
  }

  /// `sluice backend undrain`
  struct Undrain: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let a draining backend take sessions again.")

    @OptionGroup var target: Target
    @OptionGroup var options: ChangeOptions

    func run() throws { try options.change("PATCH", target.path, body: BackendBody(drain: false)) }
  }

  /// `sluice backend maintenance`
  struct Maintenance: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Treat a backend as down while somebody works on it, or with --off no longer.",
      discussion: """
        It takes no sessions, and those it has get what the service's 'health.on_down' says; checks go on and change \
        nothing. It lasts until --off or a restart, and no file remembers it. 'drain' lets sessions end by themselves.
        """)

    @OptionGroup var target: Target
    @Flag(help: "End it.") var off = false
    @Option(help: "Why; 'sluice health' shows it.") var cause: String?
    @OptionGroup var options: ObservationOptions

    func run() throws {
      let item = HealthBody.Item(
        service: target.service, backend: target.backend, state: off ? "clear" : "maintenance", cause: cause)
      try options.put(HealthBody(source: "operator", ttl: nil, backends: [item]))
    }
  }

  /// `sluice backend remove`
  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a backend; its sessions go on until they end, unless --kill.")

    @OptionGroup var target: Target
    @Flag(help: "End its sessions now, as the service's 'on_kill' says.") var kill = false
    @OptionGroup var options: ChangeOptions

    func run() throws { try options.change("DELETE", target.path, kill: kill) }
  }

  /// `sluice backend replace`
  struct Replace: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Replace the whole list of a service's backends in one step.",
      discussion: "Those that are in both lists keep their sessions; names and drains are those of the new list.")

    @Argument(help: "The service's name.") var service: String
    @Argument(help: "The backends, each as ADDRESS or ADDRESS=WEIGHT.") var backends: [BackendArgument]
    @Flag(help: "End the sessions of those that go, as the service's 'on_kill' says.") var kill = false
    @OptionGroup var options: ChangeOptions

    func run() throws {
      try options.change("PUT", ["services", service, "backends"], body: backends.map(\.body), kill: kill)
    }
  }
}
