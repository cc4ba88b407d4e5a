import ArgumentParser
import Configuration

/// `sluice check FILE`
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a configuration file without starting anything.",
    discussion: """
      Prints every error of the file, each with its line, column, key, what was found and what was expected, and \
      exits with 1; or prints warnings and a summary, and exits with 0.
      """)

  @Argument(help: "The YAML file.") var file: String

  func run() throws {
    let checked = try CheckedFile.read(file)
    for warning in checked.warnings { print("\(warning)") }
    let configuration = checked.configuration
    let backends = configuration.services.reduce(0) { $0 + $1.backends.count }
    print(
      "\(file): good: \(configuration.ports.count) ports, \(configuration.dpdk.workerLcores.count) workers, "
        + "\(configuration.services.count) services, \(backends) backends")
  }
}
