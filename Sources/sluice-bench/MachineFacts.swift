import CDPDKShim
import EAL
import Foundation

/// What the figures were measured on.
struct MachineFacts: Codable {
  /// When the bench began, in UTC.
  var date: String
  var processor: String
  var processors: Int
  var timeStampHertz: UInt64
  var kernel: String
  var dpdk: String
  var swift: String
  /// Whether the product's memory was on huge pages.
  var usesHugePages: Bool

  static func read(_ environment: Environment) -> MachineFacts {
    MachineFacts(
      date: ISO8601DateFormatter().string(from: Date()), processor: processor,
      processors: ProcessInfo.processInfo.activeProcessorCount, timeStampHertz: Clock.frequency,
      kernel: text("/proc/sys/kernel/osrelease"),
      dpdk: "\(RTE_VER_YEAR).\(RTE_VER_MONTH).\(RTE_VER_MINOR)", swift: compiler,
      usesHugePages: environment.usesHugePages)
  }

  private static var processor: String {
    let line = text("/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }

  private static func text(_ path: String) -> String {
    ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The release that compiled the bench, as far as the language tells.
  private static var compiler: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}
