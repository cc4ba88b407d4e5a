/// How DPDK is brought up: lcores, memory and what else EAL is told.
public struct DPDKSettings: Equatable, Sendable {
  /// Whether packet memory lies on huge pages.
  public enum HugePages: String, Sendable, CaseIterable {
    /// When the machine has them.
    case auto
    /// Or the start fails.
    case required
    /// Never.
    case off
  }

  /// How much memory DPDK takes.
  public enum Memory: Equatable, Sendable {
    /// As much as the rest of the configuration needs.
    case automatic
    /// This much, in whole mebibytes.
    case bytes(UInt64)
  }

  /// Runs the management thread.
  public var mainLcore: UInt32
  /// One worker each.
  public var workerLcores: [Lcore]
  /// Whether packet memory lies on huge pages.
  public var hugePages: HugePages
  /// How much memory DPDK takes.
  public var memory: Memory
  /// Lets `dpdk-dumpcap` attach: shared huge pages instead of `--in-memory`.
  public var capture: Bool
  /// Passed to EAL unchanged.
  public var ealArguments: [String]
}
