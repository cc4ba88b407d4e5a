import EAL
import Glibc
import Synchronization

/// DPDK for tests: once per process, on ordinary memory, without any device.
public enum TestEnvironment {
  /// 768 MiB of ordinary memory; nothing is left behind.
  public static let shared: Environment = {
    let settings = EnvironmentSettings(
      mainLcore: 0, workers: [.init(id: 1, cpu: 0)], hugePages: .off, memory: 768 << 20, capture: false,
      filePrefix: "sluice-test-\(UInt32.random(in: 0 ... .max))", pciDevices: [],
      extraArguments: ["--no-telemetry"])
    do { return try Environment.start(settings) } catch { fatalError("\(error)") }
  }()

  /// A number that the process's environment gives; nil: none.
  public static func number(_ variable: String) -> Int? {
    getenv(variable).flatMap { Int(String(cString: $0)) }
  }

  /// A name that no other ring, pool or device of this process has.
  public static func uniqueName(_ prefix: String) -> String { "\(prefix)\(UInt32.random(in: 0...0xFF_FFFF))" }

  /// Runs `body` while no other test makes or removes DPDK objects: hot-plugging is not made for several
  /// threads, and Swift Testing runs suites side by side.
  public static func exclusively<Result>(_ body: () throws -> Result) rethrows -> Result {
    _ = shared
    construction.lock()
    defer { construction.unlock() }
    return try body()
  }

  private static let construction = Gate()

  /// A lock that waits by polling: set-up takes milliseconds, and nothing here imports Foundation.
  private final class Gate: Sendable {
    private let isTaken = Atomic(false)

    func lock() {
      while isTaken.exchange(true, ordering: .acquiring) { Clock.sleep(microseconds: 1000) }
    }

    func unlock() { isTaken.store(false, ordering: .releasing) }
  }
}
