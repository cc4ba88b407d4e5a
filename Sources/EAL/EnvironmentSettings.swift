/// What EAL is started with.
public struct EnvironmentSettings: Sendable {
  /// A logical core and the CPU it runs on.
  public struct Lcore: Hashable, Sendable {
    public var id: UInt32
    public var cpu: UInt32

    public init(id: UInt32, cpu: UInt32) {
      self.id = id
      self.cpu = cpu
    }
  }

  public enum HugePageUse: Sendable { case automatic, required, off }

  public var mainLcore: UInt32
  public var workers: [Lcore]
  public var hugePages: HugePageUse
  /// Bytes of memory to take at start.
  public var memory: UInt64
  /// Shares memory with a capture process.
  public var capture: Bool
  /// Names the instance among DPDK processes.
  public var filePrefix: String
  /// PCI addresses to probe; no others are touched.
  public var pciDevices: [String]
  public var extraArguments: [String]

  public init(
    mainLcore: UInt32, workers: [Lcore], hugePages: HugePageUse, memory: UInt64, capture: Bool, filePrefix: String,
    pciDevices: [String], extraArguments: [String]
  ) {
    self.mainLcore = mainLcore
    self.workers = workers
    self.hugePages = hugePages
    self.memory = memory
    self.capture = capture
    self.filePrefix = filePrefix
    self.pciDevices = pciDevices
    self.extraArguments = extraArguments
  }

  /// EAL's argument vector.
  func arguments(usesHugePages: Bool) -> [String] {
    let cores = [Lcore(id: mainLcore, cpu: mainLcore)] + workers
    var arguments = [
      "sluice", "--lcores", cores.map { "\($0.id)@\($0.cpu)" }.joined(separator: ","), "--main-lcore", "\(mainLcore)",
      "--file-prefix", filePrefix, "-m", "\((memory + (1 << 20) - 1) >> 20)",
    ]
    // Without huge pages EAL refuses --in-memory; --no-shconf leaves as little behind.
    if !usesHugePages {
      arguments += ["--no-huge", "--no-shconf"]
    } else if !capture {
      arguments.append("--in-memory")
    }
    if pciDevices.isEmpty { arguments.append("--no-pci") }
    for address in pciDevices { arguments += ["-a", address] }
    return arguments + extraArguments
  }
}
