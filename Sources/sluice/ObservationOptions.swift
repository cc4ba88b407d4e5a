import ArgumentParser
import Control
import Foundation

/// What every command that asks the daemon takes.
struct ObservationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The daemon's socket: 'control.socket' of its configuration.", valueName: "path"))
  var socket = ControlClient.defaultSocket

  @Flag(help: "Print the daemon's JSON instead of text.")
  var json = false

  /// Prints the report at a path of the control socket, or one sentence of why not.
  func show<R: Report>(_ path: String, as type: R.Type) throws { try show(ClientRequest("GET", path), as: type) }

  /// Prints the report that a request is answered with, or one sentence of why it is refused.
  ///
  /// - Parameter seconds: how long the daemon may be silent.
  func show<R: Report>(_ request: ClientRequest, as type: R.Type, seconds: Int = 10) throws {
    let client = ControlClient(socket: socket, timeout: seconds)
    try Self.orSentence { () throws(ClientError) in
      if json {
        print(String(decoding: try client.send(request), as: UTF8.self), terminator: "")
      } else {
        print(try client.report(request, as: type).text, terminator: "")
      }
    }
  }

  /// Ends the command with a sentence and the right exit status when the daemon is not there or refuses.
  ///
  /// - Parameter tidy: what has to happen before the sentence.
  static func orSentence<Result>(
    before tidy: () -> Void = {}, _ body: () throws(ClientError) -> Result
  ) throws -> Result {
    do throws(ClientError) {
      return try body()
    } catch {
      tidy()
      FileHandle.standardError.write(Data("sluice: \(error)\n".utf8))
      throw ExitCode(error.exitStatus)
    }
  }
}
