/// An option of EAL that Sluice sets itself, so that a file must not.
struct ReservedEALOption: Sendable {
  /// As EAL spells it.
  let name: String
  /// What decides it instead; follows the name in a sentence.
  let reason: String

  /// The reserved option that `argument` sets, if it sets one. EAL's reader (`getopt_long`) takes a value in
  /// the same argument (`-l1`, `--allow=…`) and any beginning of a long option.
  static func set(by argument: String) -> ReservedEALOption? {
    guard argument.hasPrefix("--") else {
      return all.first { $0.name.utf8.count == 2 && argument.hasPrefix($0.name) }
    }
    let name = String(argument.prefix { $0 != "=" })
    return name == "--" ? nil : all.first { $0.name.hasPrefix(name) }
  }

  /// Every reserved option.
  static let all: [ReservedEALOption] = {
    let lcores = "follows from dpdk.main_lcore and dpdk.worker_lcores"
    let devices = "follows from the devices of ports"
    let pages = "follows from dpdk.hugepages and dpdk.capture"
    return [
      ReservedEALOption(name: "-l", reason: lcores),
      ReservedEALOption(name: "-c", reason: lcores),
      ReservedEALOption(name: "--lcores", reason: lcores),
      ReservedEALOption(name: "--main-lcore", reason: lcores),
      ReservedEALOption(name: "--vdev", reason: devices),
      ReservedEALOption(name: "-a", reason: devices),
      ReservedEALOption(name: "--allow", reason: devices),
      ReservedEALOption(name: "--no-pci", reason: devices),
      ReservedEALOption(name: "--file-prefix", reason: "follows from control.socket"),
      ReservedEALOption(name: "--no-huge", reason: pages),
      ReservedEALOption(name: "--in-memory", reason: pages),
      ReservedEALOption(name: "-m", reason: "follows from dpdk.memory"),
      ReservedEALOption(name: "--proc-type", reason: "is always primary"),
    ]
  }()
}
