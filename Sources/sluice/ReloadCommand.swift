import ArgumentParser
import Control

/// `sluice reload [FILE]`
struct ReloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Put a file in force, as one step.",
    discussion: """
      Without FILE the daemon reads the file it was started with again. Prints what 'plan' prints. Settings that need a \
      restart (ports, dpdk, sessions.capacity, ...) are refused by name, and nothing changes.

        sluice reload
        sluice reload new.yaml --save
        sluice reload new.yaml --force      # although it removes more than control.max_removed_share
      """)

  @Argument(help: "The YAML file.") var file: String?
  @Flag(help: "Also if it removes more of the backends than 'control.max_removed_share' allows.") var force = false
  @Flag(help: "End the sessions of backends that go, as their service's 'on_kill' says.") var kill = false
  @OptionGroup var options: ChangeOptions

  func run() throws {
    let body = try file.map(ConfigurationBody.init)
    let request = ClientRequest(
      "POST", path: ["v1", "reload"],
      parameters: options.switches(kill: kill) + [("force", force ? "true" : nil), ("name", body?.name)])
    try options.send(request, body: body?.data, contentType: body?.contentType ?? "application/json")
  }
}
