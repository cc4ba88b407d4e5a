import ArgumentParser
import Configuration
import Control

/// `sluice check FILE`
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a configuration file without starting anything.",
    discussion: """
      Prints every error of the file, each with its line, column, key, what was found and what was expected, and \
      exits with 1; or prints warnings and a summary, and exits with 0. With --json both are one object, with lines \
      and keys as fields, on standard output.
      """)

  @Argument(help: "The YAML file.") var file: String

  @Flag(help: "Print what was found as JSON instead of text.") var json = false

  func run() throws {
    guard !json else { return try runJSON() }
    let checked = try CheckedFile.read(file)
    for warning in checked.warnings { print("\(warning)") }
    let sums = CheckResult.Sums(checked.configuration)
    print(
      "\(file): good: \(sums.ports) ports, \(sums.workers) workers, \(sums.services) services, "
        + "\(sums.backends) backends")
  }

  private func runJSON() throws {
    let result =
      switch Result(catching: { () throws(ConfigurationErrors) in try ConfigurationReader.read(path: file) }) {
      case .success(let checked): CheckResult(file, checked)
      case .failure(let refusal): CheckResult(file, refusal)
      }
    print(String(decoding: try result.json(), as: UTF8.self), terminator: "")
    guard result.good else { throw ExitCode(1) }
  }
}
