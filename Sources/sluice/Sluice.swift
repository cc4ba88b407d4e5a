import ArgumentParser
import Foundation

/// The `sluice` command.
@main
struct Sluice: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "sluice",
    abstract: "A layer-4 load balancer: DPDK dataplane, statistics and control over a Unix socket.",
    discussion: """
      'run' starts the balancer from a YAML file, 'check' tells what is wrong with one; the other commands ask \
      a running balancer over its socket, or change it.

      Exit status: 0 done, 1 refused with a reason, 2 usage, 3 no balancer answers.
      """,
    version: version,
    subcommands: [
      RunCommand.self, CheckCommand.self, StatusCommand.self, ServicesCommand.self, BackendsCommand.self,
      SessionsCommand.self, WorkersCommand.self, PortsCommand.self, DropsCommand.self, TopCommand.self,
      ExplainCommand.self, BackendCommand.self, ServiceCommand.self, PlanCommand.self, ReloadCommand.self,
      RollbackCommand.self, ShowConfigCommand.self, PortCommand.self, ARPCommand.self, DoctorCommand.self,
      LogLevelCommand.self, HealthCommand.self, EventsCommand.self,
    ])

  /// As `ParsableCommand.main`, with this project's exit status for wrong usage.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if !message.isEmpty {
        let stream = code.isSuccess ? FileHandle.standardOutput : FileHandle.standardError
        stream.write(Data((message + "\n").utf8))
      }
      Foundation.exit(code == .validationFailure ? 2 : code.rawValue)
    }
  }
}
