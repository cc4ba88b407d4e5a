import ArgumentParser
import Control
import EAL
import Logging

/// `sluice run --config FILE`
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Start the balancer and run until SIGTERM.",
    discussion: """
      Reads the YAML file, brings up DPDK, the ports and the workers, and balances. Every failure to start is one \
      sentence that names the remedy, with exit status 1. SIGTERM, SIGINT or SIGHUP stops within two seconds, with exit \
      status 0.
      """)

  @Option(name: .shortAndLong, help: "The YAML file.") var config: String

  func run() throws {
    // Before any other thread exists: all of them inherit the mask.
    StopSignals.block()
    let threshold = LogThreshold()
    let checked = try CheckedFile.read(config)
    let format = checked.configuration.control.logFormat
    LoggingSystem.bootstrap { _ in LineLogHandler(threshold: threshold, format: format) }
    let log = Logger(label: "sluice")
    for warning in checked.warnings { log.info("\(warning)") }
    do {
      let appliance = try Appliance.start(
        .init(configuration: checked.configuration, file: config, threshold: threshold, log: log))
      appliance.runUntilStopped()
    } catch {
      log.error("\(error)")
      throw ExitCode(1)
    }
  }
}
