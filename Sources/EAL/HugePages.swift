import Glibc

/// What the kernel has of huge pages.
public struct HugePages: Equatable, Sendable {
  /// Bytes that exist, over all sizes.
  public var total: UInt64
  /// Bytes that nobody uses.
  public var free: UInt64

  /// Reads `/sys/kernel/mm/hugepages`; zero where the kernel has none.
  public static func read() -> HugePages {
    var pages = HugePages(total: 0, free: 0)
    for size in [UInt64(2048), 32768, 65536, 1_048_576] {
      let folder = "/sys/kernel/mm/hugepages/hugepages-\(size)kB/"
      pages.total += (SmallFile.number(folder + "nr_hugepages") ?? 0) * size * 1024
      pages.free += (SmallFile.number(folder + "free_hugepages") ?? 0) * size * 1024
    }
    return pages
  }

  /// Whether a hugetlbfs is mounted, which sharing pages with another process needs.
  public static var isMounted: Bool {
    (SmallFile.text("/proc/mounts") ?? "").split(separator: "\n").contains { line in
      let fields = line.split(separator: " ")
      return fields.count > 2 && fields[2] == "hugetlbfs"
    }
  }
}
