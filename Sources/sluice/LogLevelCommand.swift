import ArgumentParser
import Control
import Foundation

/// `sluice log-level [LEVEL]`
struct LogLevelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log-level", abstract: "Show or set from which level on the daemon logs.",
    discussion: """
      trace, debug, info (at start), notice, warning, error or critical. With debug each request to the socket is \
      logged. Nothing is logged for packets at any level.
      """)

  @Argument(help: "The level.") var level: String?
  @OptionGroup var options: ObservationOptions

  func run() throws {
    guard let level else { return try options.show("/v1/log-level", as: LogLevelReport.self) }
    let body = try JSONEncoder().encode(["level": level])
    try options.show(ClientRequest("PUT", "/v1/log-level", json: body), as: LogLevelReport.self)
  }
}
