/// The keys of `dpdk`.
enum DPDKKeys {
  static let mainLcore = Key<UInt32>.defaulted(
    "main_lcore", .integer(0...UInt32(Lcore.limit - 1), "an lcore"), to: "0")
  static let workerLcores = ListKey<Lcore>("worker_lcores", of: .lcore, default: ["1"])
  static let hugePages = Key<DPDKSettings.HugePages>.defaulted("hugepages", .choice(), to: "auto")
  static let memory = Key<DPDKSettings.Memory>.defaulted("memory", .memory, to: "auto")
  static let capture = Key<Bool>.defaulted("capture", .boolean, to: "false")
  static let ealArguments = ListKey<String>("eal_args", of: .ealArgument, default: [])

  static let section = Section(
    "dpdk",
    [
      mainLcore.description, workerLcores.description, hugePages.description, memory.description,
      capture.description, ealArguments.description,
    ])
}
