import ArgumentParser
import Control

/// `sluice plan FILE`
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what a reload of a file would change, and change nothing.",
    discussion: """
      Compares by what services and backends are, not by their order or names. For each service that differs: the share \
      of table slots that would lead to another backend, which is the share of new sessions that would go elsewhere, \
      and the share of live sessions that would move. An established session moves only if its backend is killed.

        sluice plan /etc/sluice/sluice.yaml
      """)

  @Argument(help: "The YAML file.") var file: String
  @Flag(help: "As if the sessions of removed backends were ended.") var kill = false
  @OptionGroup var options: ObservationOptions

  func run() throws {
    let body = try ConfigurationBody(file)
    var request = ClientRequest(
      "POST", path: ["v1", "plan"], parameters: [("kill", kill ? "true" : nil), ("name", body.name)])
    request.body = body.data
    request.contentType = body.contentType
    try options.show(request, as: ChangeReport.self, seconds: 120)
  }
}
