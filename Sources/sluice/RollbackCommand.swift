import ArgumentParser
import Control

/// `sluice rollback`
struct RollbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Put the configuration before the last change in force again.",
    discussion: "A second rollback undoes the first.")

  @OptionGroup var options: ChangeOptions

  func run() throws { try options.change("POST", ["rollback"]) }
}
