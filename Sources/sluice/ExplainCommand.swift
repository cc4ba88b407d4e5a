import ArgumentParser
import Control

/// `sluice explain`
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say what the next such packet gets, and why; nothing is changed.",
    discussion: """
      The worker that owns the flow is asked. A packet of TCP is a SYN unless --flags say otherwise; of an ICMP echo the \
      port is the identifier.

        sluice explain --from 10.0.0.1:40000 --to 203.0.113.10:80 --protocol tcp
        sluice explain --from 10.0.1.2:8080 --to 10.0.0.1:40000 --protocol tcp --flags ack --port backend
        sluice explain --packet 02000000000b...
      """)

  @Option(help: ArgumentHelp("Where the packet comes from.", valueName: "address:port")) var from: String?
  @Option(help: ArgumentHelp("Where it goes.", valueName: "address:port")) var to: String?
  @Option(help: "tcp, udp or icmp.") var `protocol` = "tcp"
  @Option(help: "TCP flags, such as syn,ack.") var flags: String?
  @Option(help: ArgumentHelp("The whole frame instead, in hexadecimal.", valueName: "hex")) var packet: String?
  @Option(help: "The port by which it arrives, or a kernel twin's interface; a frontend when left out.")
  var port: String?
  @OptionGroup var options: ObservationOptions

  func validate() throws {
    if packet == nil, from == nil || to == nil { throw ValidationError("Give --from and --to, or --packet.") }
    if packet != nil, from != nil || to != nil || flags != nil {
      throw ValidationError("--packet says everything: leave --from, --to and --flags out.")
    }
  }

  func run() throws {
    let tuple = packet == nil ? [("from", from), ("to", to), ("protocol", `protocol`), ("flags", flags)] : []
    let request = ClientRequest(
      "GET", path: ["v1", "explain"], parameters: tuple + [("packet", packet), ("port", port)])
    try options.show(request, as: ExplainReport.self)
  }
}
