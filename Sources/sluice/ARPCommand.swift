import ArgumentParser
import Control

/// `sluice arp`
struct ARPCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "arp", abstract: "Show the VIPs that are answered for and where servers are, or announce VIPs.",
    discussion: """
      A server that is given by its address alone has to be found by ARP; while it is unknown it takes no sessions.
      """,
    subcommands: [Show.self, Announce.self], defaultSubcommand: Show.self)

  /// `sluice arp show`
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the VIPs that are answered for, and where servers are (the default).")

    @OptionGroup var options: ObservationOptions

    func run() throws { try options.show("/v1/arp", as: ARPReport.self) }
  }

  /// `sluice arp announce`
  struct Announce: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell the clients' segments where VIPs are: of one service, or of all.",
      discussion: """
        Sluice does so itself when a VIP is new or has another MAC address, when a port or its link comes back, and once a \
        minute.
        """)

    @Argument(help: "The service's name.") var service: String?
    @OptionGroup var options: ObservationOptions

    func run() throws {
      let parameters = service.map { [("service", $0)] } ?? []
      try options.show(
        ClientRequest("POST", path: ["v1", "arp", "announcements"], parameters: parameters),
        as: AnnouncementReport.self)
    }
  }
}
