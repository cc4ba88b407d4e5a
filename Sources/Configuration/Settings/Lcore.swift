/// A DPDK logical core and the CPU it runs on; written `LCORE` or `LCORE@CPU`.
public struct Lcore: Hashable, Sendable {
  /// One more than the largest id: DPDK's `RTE_MAX_LCORE`.
  public static let limit = 128

  /// DPDK's number of the lcore.
  public var id: UInt32
  /// The operating system's number of the CPU.
  public var cpu: UInt32
}

extension Lcore: CustomStringConvertible {
  /// As the configuration writes it.
  public var description: String { id == cpu ? "\(id)" : "\(id)@\(cpu)" }
}
