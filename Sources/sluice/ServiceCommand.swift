import ArgumentParser
import Control
import Foundation

/// `sluice service ...`: changes of whole services.
struct ServiceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "service", abstract: "Show, add and remove services while the balancer runs.",
    discussion: """
        sluice service add web --vip 203.0.113.10 --protocol tcp --port 80 --backend 10.0.1.2:8080=10 --backend 10.0.1.3:8080
        sluice service add anycast --mode dsr --vip 10.0.0.100 --mac 02:00:00:00:00:64 --protocol all --backend 02:00:00:00:00:01
        sluice service show web --json > web.json
        sluice service add --file web.json
        sluice service remove web
      """,
    subcommands: [Show.self, Add.self, Remove.self])

  /// `sluice service show`
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one service with its backends.",
      discussion: "With --json the answer can be given to 'service add --file' again.")

    @Argument(help: "The service's name.") var name: String
    @OptionGroup var options: ObservationOptions

    func run() throws {
      try options.show(ClientRequest("GET", path: ["v1", "services", name]), as: ServiceDetailReport.self)
    }
  }

  /// `sluice service add`
  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a service, or with --replace put another in its place.",
      discussion: """
        Either --file, a JSON object with the keys of the configuration file (- is standard input), or the options. What \
        is left out has the default of the file.
        """)

    @Argument(help: "A label; 'vip:port/protocol' when left out.") var name: String?
    @Option(help: "The service as JSON, or what 'service show --json' printed.") var file: String?
    @Option(help: "The address that clients know.") var vip: String?
    @Option(help: "tcp, udp, icmp or all.") var `protocol`: String?
    @Option(help: "nat or dsr.") var mode: String?
    @Option(help: "The VIP's own MAC address, of mode dsr.") var mac: String?
    @Option(help: "Its port; none for icmp, and of mode dsr none for all.") var port: Int?
    @Option(help: "Several ports, of mode dsr, separated by commas.") var ports: String?
    @Option(help: "session or source_ip.") var affinity: String?
    @Option(help: "With source_ip: how long a client keeps its server, such as 10m.") var affinityTimeout: String?
    @Option(help: "pass, drop or reject.") var whenEmpty: String?
    @Option(help: "reselect or reset.") var onKill: String?
    @Option(help: "backend, self or self_while_usable: who answers pings.") var echo: String?
    @Option(help: "A backend, as ADDRESS or ADDRESS=WEIGHT, of mode dsr MAC or MAC=WEIGHT; may be repeated.")
    var backend: [BackendArgument] = []
    @Flag(help: "Replace the service of that name, if there is one.") var replace = false
    @Flag(help: "With --replace: end the sessions of backends that go.") var kill = false
    @OptionGroup var options: ChangeOptions

    func validate() throws {
      if (file == nil) == (vip == nil) { throw ValidationError("Give either --file or --vip.") }
      if replace, name == nil { throw ValidationError("--replace needs the service's name.") }
      if kill, !replace { throw ValidationError("--kill goes with --replace.") }
    }

    func run() throws {
      let path = replace ? ["v1", "services", name ?? ""] : ["v1", "services"]
      let request = ClientRequest(
        replace ? "PUT" : "POST", path: path, parameters: options.switches(kill: kill))
      let body = try file.map(InputFile.read) ?? JSONEncoder().encode(service)
      try options.send(request, body: body)
    }

    private var service: ServiceBody {
      ServiceBody(
        name: name, mode: mode, vip: vip, mac: mac, protocol: `protocol`, port: port,
        ports: ports.map { $0.split(separator: ",").map { Int($0) ?? 0 } }, affinity: affinity,
        affinity_timeout: affinityTimeout, when_empty: whenEmpty, on_kill: onKill, echo: echo,
        backends: backend.map(\.body))
    }
  }

  /// `sluice service remove`
  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a service; its sessions go on until they end, unless --kill.")

    @Argument(help: "The service's name.") var name: String
    @Flag(help: "End its sessions now, as its 'on_kill' says.") var kill = false
    @OptionGroup var options: ChangeOptions

    func run() throws { try options.change("DELETE", ["services", name], kill: kill) }
  }

  /// A service as the control socket takes it, under the names of the file's keys; what is nil is left out.
  private struct ServiceBody: Encodable {
    var name: String?
    var mode: String?
    var vip: String?
    var mac: String?
    var `protocol`: String?
    var port: Int?
    var ports: [Int]?
    var affinity: String?
    var affinity_timeout: String?
    var when_empty: String?
    var on_kill: String?
    var echo: String?
    var backends: [BackendBody]
  }
}
