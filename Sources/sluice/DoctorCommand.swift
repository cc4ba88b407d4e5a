import ArgumentParser
import Control

/// `sluice doctor`
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Examine the servers of dsr services.",
    discussion: """
      Asks each server in ARP for the VIP, which it must not answer. With --from it also pings the VIP at each server's MAC \
      address, and the server's own address, from an address that is borrowed for three seconds: a free one of the servers' \
      network. So it finds a server that is there and has not got the VIP.

      Exit status 1 if something is wrong.
      """)

  @Option(help: ArgumentHelp("A free address of the servers' network to ask from.", valueName: "address"))
  var from: String?
  @OptionGroup var options: ObservationOptions

  func run() throws {
    let request = ClientRequest("GET", path: ["v1", "doctor"], parameters: [("from", from)])
    let client = ControlClient(socket: options.socket, timeout: 60)
    let report = try ObservationOptions.orSentence { () throws(ClientError) in
      try client.report(request, as: DoctorReport.self)
    }
    if options.json {
      print(String(decoding: try report.json(), as: UTF8.self), terminator: "")
    } else {
      print(report.text, terminator: "")
    }
    if !report.healthy { throw ExitCode(1) }
  }
}
