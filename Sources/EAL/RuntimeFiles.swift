import Glibc

/// What DPDK leaves in the file system, by instance: a runtime directory with sockets and locks, and, when
/// memory is shared, files on every hugetlbfs (behaviour 102).
enum RuntimeFiles {
  /// Removes what is there of the instance. It must not run; the control socket is the proof of that.
  static func remove(prefix: String) {
    // As EAL chooses it; systemd sets the first for a unit with a RuntimeDirectory.
    let own = getuid() == 0 ? "/var/run" : environment("XDG_RUNTIME_DIR") ?? "/tmp"
    let base = environment("RUNTIME_DIRECTORY") ?? own
    let directory = "\(base)/dpdk/\(prefix)"
    for name in names(in: directory) { unsafe unlink("\(directory)/\(name)") }
    unsafe rmdir(directory)
    for mount in mounts() {
      for name in names(in: mount) where name.hasPrefix("\(prefix)map_") { unsafe unlink("\(mount)/\(name)") }
    }
  }

  private static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  private static func mounts() -> [String] {
    (SmallFile.text("/proc/mounts") ?? "").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      return fields.count > 2 && fields[2] == "hugetlbfs" ? String(fields[1]) : nil
    }
  }

  private static func names(in directory: String) -> [String] {
    guard let handle = unsafe opendir(directory) else { return [] }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
