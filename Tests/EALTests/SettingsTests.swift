import TestSupport
import Testing

@testable import EAL

struct SettingsTests {
  static let settings = EnvironmentSettings(
    mainLcore: 0, workers: [.init(id: 1, cpu: 1), .init(id: 2, cpu: 1)], hugePages: .automatic,
    memory: (512 << 20) + 1, capture: false, filePrefix: "sluice-1", pciDevices: [], extraArguments: [])

  /// Values that follow a flag.
  static func values(_ flag: String, _ arguments: [String]) -> [String] {
    zip(arguments, arguments.dropFirst()).filter { $0.0 == flag }.map(\.1)
  }

  @Test func `lcores become one --lcores argument, CPUs shared as LCORE@CPU`() {
    let arguments = Self.settings.arguments(usesHugePages: true)
    #expect(arguments.first == "sluice")
    #expect(Self.values("--lcores", arguments) == ["0@0,1@1,2@1"])
    #expect(Self.values("--main-lcore", arguments) == ["0"])
    #expect(!arguments.contains("-l") && !arguments.contains("-c"))
  }

  @Test func `memory is asked for in whole mebibytes, rounded up`() {
    #expect(Self.values("-m", Self.settings.arguments(usesHugePages: true)) == ["513"])
  }

  @Test func `no PCI device is touched that is not listed`() {
    var settings = Self.settings
    #expect(settings.arguments(usesHugePages: true).contains("--no-pci"))
    settings.pciDevices = ["0000:3b:00.0", "0000:3b:00.1"]
    let arguments = settings.arguments(usesHugePages: true)
    #expect(!arguments.contains("--no-pci"))
    #expect(Self.values("-a", arguments) == settings.pciDevices)
  }

  @Test func `102: memory leaves no files behind, except where a capture process must find it`() {
    var settings = Self.settings
    #expect(settings.arguments(usesHugePages: true).contains("--in-memory"))
    #expect(settings.arguments(usesHugePages: false).contains("--no-huge"))
    #expect(!settings.arguments(usesHugePages: false).contains("--in-memory"))
    settings.capture = true
    #expect(!settings.arguments(usesHugePages: true).contains("--in-memory"))
    #expect(Self.values("--file-prefix", settings.arguments(usesHugePages: true)) == ["sluice-1"])
  }

  @Test func `further arguments come last, as they are`() {
    var settings = Self.settings
    settings.extraArguments = ["--log-level", "pmd:8", "--iova-mode=va"]
    #expect(Array(settings.arguments(usesHugePages: true).suffix(3)) == settings.extraArguments)
  }
}
