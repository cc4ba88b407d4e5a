import Foundation

/// A copy of the process's writable memory, by which changes are found, cache line by cache line.
///
/// Finds writes that change something. The stacks of the main thread and of the one that looks are left out, and so is
/// the copy.
final class MemoryWatch {
  static let line = 64
  private static let page = 4096

  private struct Region {
    let start: UnsafeRawPointer
    let copy: UnsafeMutableRawPointer
    let byteCount: Int
  }

  private var regions: [Region] = []
  /// Changed lines, beside all that is watched: looking changes nothing.
  private let found: UnsafeMutablePointer<UInt>
  private static let most = 1 << 20

  init() {
    let ranges = Self.memoryMap().split(separator: "\n").compactMap { Self.writableRange(String($0)) }
    // All ranges are known before the first copy exists.
    found = Self.map(Self.most * MemoryLayout<UInt>.stride).bindMemory(to: UInt.self, capacity: Self.most)
    regions.reserveCapacity(ranges.count)
    var local = 0
    let stack = withUnsafePointer(to: &local) { UInt(bitPattern: $0) }
    for range in ranges where !range.contains(stack) {
      guard let start = UnsafeRawPointer(bitPattern: range.lowerBound) else { continue }
      let bytes = Int(range.upperBound - range.lowerBound)
      regions.append(Region(start: start, copy: Self.map(bytes), byteCount: bytes))
    }
    for region in regions { region.copy.copyMemory(from: region.start, byteCount: region.byteCount) }
  }

  deinit {
    for region in regions { munmap(region.copy, region.byteCount) }
    munmap(found, Self.most * MemoryLayout<UInt>.stride)
  }

  /// The kernel's list of what is mapped. It hands out a page of it at a time, and a reader that takes the first short
  /// piece for the end misses the rest; nothing is mapped while it is read.
  private static func memoryMap() -> String {
    var bytes = [UInt8](repeating: 0, count: 4 << 20)
    var count = 0
    let file = open("/proc/self/maps", O_RDONLY)
    defer { close(file) }
    bytes.withUnsafeMutableBytes { buffer in
      while count < buffer.count {
        let piece = read(file, buffer.baseAddress.map { $0 + count }, buffer.count - count)
        if piece <= 0 { return }
        count += piece
      }
    }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  private static func map(_ byteCount: Int) -> UnsafeMutableRawPointer {
    guard let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED
    else { fatalError("no memory for a copy of \(byteCount) bytes") }
    return memory
  }

  /// `7f12c000-7f12d000 rw-p …`, unless it is the main thread's stack.
  private static func writableRange(_ text: String) -> Range<UInt>? {
    let fields = text.split(separator: " ", omittingEmptySubsequences: true)
    guard fields.count > 1, fields[1].hasPrefix("rw"), fields.last != "[stack]" else { return nil }
    let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
    return ends.count == 2 ? ends[0]..<ends[1] : nil
  }

  /// Bytes that are watched.
  var byteCount: Int { regions.reduce(0) { $0 + $1.byteCount } }

  /// The addresses of lines that have changed since the last look; at most a million.
  func changes() -> UnsafeBufferPointer<UInt> {
    var count = 0
    for region in regions {
      for offset in stride(from: 0, to: region.byteCount, by: Self.page)
      where memcmp(region.start + offset, region.copy + offset, Self.page) != 0 {
        for line in stride(from: offset, to: offset + Self.page, by: Self.line)
        where memcmp(region.start + line, region.copy + line, Self.line) != 0 && count < Self.most {
          found[count] = UInt(bitPattern: region.start + line)
          count += 1
          (region.copy + line).copyMemory(from: region.start + line, byteCount: Self.line)
        }
      }
    }
    return UnsafeBufferPointer(start: found, count: count)
  }
}
