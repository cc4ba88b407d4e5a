/// What packet memory lies on.
public struct MemoryFacts: Codable, Equatable, Sendable {
  /// Whether it lies on huge pages; false: EAL runs with `--no-huge`.
  public var hugePages: Bool
  /// Bytes that DPDK was given.
  public var bytes: UInt64

  /// The facts of a started EAL.
  public init(hugePages: Bool, bytes: UInt64) {
    self.hugePages = hugePages
    self.bytes = bytes
  }
}
