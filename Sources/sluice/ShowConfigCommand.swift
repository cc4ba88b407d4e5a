import ArgumentParser
import Control
import Foundation

/// `sluice show-config`
struct ShowConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show-config", abstract: "Print the running configuration as YAML.",
    discussion: """
      'check' accepts it, and an instance started with it is the same. It contains 'hash_seed'.

        sluice show-config > running.yaml && mv running.yaml /etc/sluice/sluice.yaml
      """)

  @OptionGroup var options: ObservationOptions

  func run() throws {
    let client = ControlClient(socket: options.socket)
    let text = try ObservationOptions.orSentence { () throws(ClientError) in
      try client.text(options.json ? "/v1/config?format=json" : "/v1/config")
    }
    print(text, terminator: "")
  }
}
