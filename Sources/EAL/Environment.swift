import CDPDKShim
import Glibc

/// DPDK's environment abstraction layer: one per process, from `start` to `stop`.
public struct Environment: Sendable {
  /// Whether memory is on huge pages.
  public let usesHugePages: Bool
  /// What an operator should know of the start: one sentence each.
  public let remarks: [String]
  /// The name of this instance among DPDK processes.
  public let filePrefix: String

  /// Checks what can be checked, then initialises EAL; the calling thread becomes the main lcore.
  ///
  /// - Throws: `EALError`, one sentence that names the remedy.
  public static func start(_ settings: EnvironmentSettings) throws(EALError) -> Environment {
    try checkCPUs(settings)
    for address in settings.pciDevices { try PCIDevice.check(address) }
    let (usesHugePages, remarks) = try decideHugePages(settings)
    RuntimeFiles.remove(prefix: settings.filePrefix)
    let result = initialise(settings.arguments(usesHugePages: usesHugePages))
    guard result == 0 else {
      RuntimeFiles.remove(prefix: settings.filePrefix)
      throw .refused(explanation(of: result, settings))
    }
    guard sluice_mark_register() == 0 else {
      throw .refused("the place for hand-over notes in mbufs is taken by another DPDK library.")
    }
    if settings.capture, sluice_capture_start() != 0 {
      throw .refused("packet capture cannot be enabled: \(systemMessage(sluice_errno())).")
    }
    return Environment(usesHugePages: usesHugePages, remarks: remarks, filePrefix: settings.filePrefix)
  }

  /// Gives everything back to the system; no lcore may run any more.
  public func stop() {
    sluice_eal_stop()
    RuntimeFiles.remove(prefix: filePrefix)
  }

  private static func initialise(_ arguments: [String]) -> Int32 {
    // EAL keeps pointers into its arguments: they live as long as the process.
    let vector = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: arguments.count + 1)
    for (index, argument) in arguments.enumerated() { unsafe (vector + index).initialize(to: strdup(argument)) }
    unsafe (vector + arguments.count).initialize(to: nil)
    return unsafe sluice_eal_start(Int32(arguments.count), vector)
  }

  private static func checkCPUs(_ settings: EnvironmentSettings) throws(EALError) {
    let cores = [EnvironmentSettings.Lcore(id: settings.mainLcore, cpu: settings.mainLcore)] + settings.workers
    for core in cores where !sluice_cpu_allowed(core.cpu) {
      let usable = (0..<1024).filter { sluice_cpu_allowed($0) }
      throw .refused(
        "lcore \(core.id) would run on CPU \(core.cpu), which this process cannot use (usable: \(ranges(usable))). "
          + "Change 'dpdk.main_lcore' or 'dpdk.worker_lcores'; several lcores can share a CPU as \"LCORE@CPU\".")
    }
  }

  /// `0-3,8`.
  private static func ranges(_ numbers: [UInt32]) -> String {
    var parts: [(UInt32, UInt32)] = []
    for number in numbers {
      if let last = parts.last, last.1 + 1 == number {
        parts[parts.count - 1].1 = number
      } else {
        parts.append((number, number))
      }
    }
    return parts.map { $0.0 == $0.1 ? "\($0.0)" : "\($0.0)-\($0.1)" }.joined(separator: ",")
  }

  /// Whether to use huge pages, given what is there and what is needed.
  private static func decideHugePages(
    _ settings: EnvironmentSettings
  ) throws(EALError) -> (Bool, [String]) {
    if settings.hugePages == .off {
      try checkOrdinaryMemory(settings)
      return (false, ["Huge pages are off by configuration: I/O costs about twice as much."])
    }
    let pages = HugePages.read()
    let need = settings.memory >> 20
    // What others use stays theirs.
    let wanted = (pages.total - pages.free + settings.memory + (1 << 21) - 1) >> 21
    let remedy = "set 'sysctl vm.nr_hugepages=\(wanted)' or more"
    if settings.capture, !HugePages.isMounted {
      throw .refused("'dpdk.capture' needs a mounted hugetlbfs: 'mount -t hugetlbfs none /dev/hugepages'.")
    }
    if pages.free >= settings.memory { return (true, []) }
    let found = pages.total == 0 ? "there are no huge pages" : "only \(pages.free >> 20) MiB of huge pages are free"
    if settings.hugePages == .required || settings.capture {
      throw .refused("\(need) MiB of huge pages are needed and \(found): \(remedy).")
    }
    try checkOrdinaryMemory(settings)
    return (
      false,
      [
        "Running without huge pages, which makes I/O about twice as dear: \(need) MiB are needed and \(found); \(remedy)."
      ]
    )
  }

  /// Ordinary pages are promised by the kernel long before they exist, so too many would be found out late.
  private static func checkOrdinaryMemory(_ settings: EnvironmentSettings) throws(EALError) {
    let lines = (SmallFile.text("/proc/meminfo") ?? "").split(separator: "\n")
    let available = lines.first { $0.hasPrefix("MemAvailable:") }?.split(separator: " ").dropFirst().first
    guard let kilobytes = available.flatMap({ UInt64($0) }), settings.memory >> 10 > kilobytes else { return }
    throw .refused(
      "\(settings.memory >> 20) MiB of memory are needed and \(kilobytes >> 10) MiB are available: "
        + "lower 'sessions.capacity' or 'dpdk.memory'.")
  }

  /// What DPDK complained of first in its last start or addition of a device, without its component's name.
  static var complaint: String? {
    let remarks = [
      "Detected", "Selected IOVA", "Probe", "No available", "VFIO support", "hugepages reported",
      "Invalid 'command line'",
    ]
    let lines = unsafe String(cString: sluice_said()).split(separator: "\n")
    let line = lines.first { line in line.contains(": ") && !remarks.contains { line.contains($0) } }
    return line?.split(separator: ": ", maxSplits: 1).last.map { String($0) }
  }

  /// One sentence from EAL's error number and the last complaint in its log.
  private static func explanation(of result: Int32, _ settings: EnvironmentSettings) -> String {
    let permission = getuid() == 0 ? "" : " Sluice needs root, or the capabilities NET_RAW, NET_ADMIN and SYS_ADMIN."
    let said = complaint.map { " (it says: \($0))" } ?? ""
    let own = settings.extraArguments.joined(separator: " ")
    let arguments = own.isEmpty || result != -EINVAL ? "" : " Check 'dpdk.eal_args' (\(own))."
    let memory = result == -ENOMEM ? " Lower 'dpdk.memory' (\(settings.memory >> 20) MiB), or give it more." : ""
    return "DPDK did not start: \(systemMessage(result))\(said).\(permission)\(arguments)\(memory)"
  }
}
