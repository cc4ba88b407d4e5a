import EAL

/// DPDK for tests: once per process, on ordinary memory, without any device.
public enum TestEnvironment {
  /// 512 MiB; nothing is left behind.
  public static let shared: Environment = {
    let settings = EnvironmentSettings(
      mainLcore: 0, workers: [.init(id: 1, cpu: 0)], hugePages: .off, memory: 768 << 20, capture: false,
      filePrefix: "sluice-test-\(UInt32.random(in: 0 ... .max))", pciDevices: [],
      extraArguments: ["--no-telemetry"])
    do { return try Environment.start(settings) } catch { fatalError("\(error)") }
  }()

  /// A name that no other ring, pool or device of this process has.
  public static func uniqueName(_ prefix: String) -> String { "\(prefix)\(UInt32.random(in: 0 ... 0xFF_FFFF))" }
}
