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
  func show<R: Report>(_ path: String, as type: R.Type) throws {
    let client = ControlClient(socket: socket)
    do throws(ClientError) {
      let text = try json ? client.text(path) : client.report(path, as: type).text
      print(text, terminator: "")
    } catch {
      FileHandle.standardError.write(Data("sluice: \(error)\n".utf8))
      throw ExitCode(error.exitStatus)
    }
  }
}
