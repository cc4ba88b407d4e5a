import ArgumentParser
import Control
import Foundation

/// What every command that changes the running configuration takes.
struct ChangeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Refuse if the generation in force is another: somebody else was faster.", valueName: "generation"))
  var ifMatch: UInt64?

  @Flag(help: "Also write the new configuration to the file that the daemon was started with.")
  var save = false

  @OptionGroup var observation: ObservationOptions

  /// Asks for a change and prints what it did, or one sentence of why it is refused.
  ///
  /// - Parameters:
  ///   - path: the segments below `/v1`.
  ///   - kill: whether the sessions of what goes end with it.
  func change(
    _ method: String, _ path: [String], body: (any Encodable)? = nil, kill: Bool = false,
    parameters: [(String, String?)] = []
  ) throws {
    try send(
      ClientRequest(method, path: ["v1"] + path, parameters: switches(kill: kill) + parameters),
      body: body.map { try JSONEncoder().encode($0) })
  }

  /// As `change`, with a body of any kind.
  func send(_ request: ClientRequest, body: Data?, contentType: String = "application/json") throws {
    var request = request
    request.body = body
    request.contentType = contentType
    request.generation = ifMatch
    // Tables of ten thousand services take their time.
    try observation.show(request, as: ChangeReport.self, seconds: 120)
  }

  /// The parameters that every change knows.
  func switches(kill: Bool) -> [(String, String?)] { [("kill", kill ? "true" : nil), ("save", save ? "true" : nil)] }
}
