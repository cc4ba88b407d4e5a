/// The keys of `dpdk`.
enum DPDKKeys {
  /// Runs the management thread.
  static let mainLcore = Key<UInt32>.defaulted(
    "main_lcore", .integer(0...UInt32(Lcore.limit - 1), "an lcore"), to: "0")
  /// One worker each.
  static let workerLcores = ListKey<Lcore>("worker_lcores", of: .lcore, default: ["1"])
  /// Whether packet memory lies on huge pages.
  static let hugePages = Key<DPDKSettings.HugePages>.defaulted("hugepages", .choice(), to: "auto")
  /// How much memory DPDK takes.
  static let memory = Key<DPDKSettings.Memory>.defaulted("memory", .memory, to: "auto")
  /// Whether `dpdk-dumpcap` can attach.
  static let capture = Key<Bool>.defaulted("capture", .boolean, to: "false")
  /// Passed to EAL unchanged.
  static let ealArguments = ListKey<String>("eal_args", of: .ealArgument, default: [])

  /// All of them.
  static let section = Section(
    "dpdk",
    [
      mainLcore.description, workerLcores.description, hugePages.description, memory.description,
      capture.description, ealArguments.description,
    ])
}
