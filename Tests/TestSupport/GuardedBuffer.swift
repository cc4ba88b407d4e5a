import Glibc
import Synchronization

/// Octets that end where the process's memory ends: one octet read or written behind them is a crash, as with
/// AddressSanitizer, in an ordinary test run.
public final class GuardedBuffer {
  /// The first octet.
  public let base: UnsafeMutableRawPointer
  public let count: Int
  private let mapping: Mapping

  /// - Parameter capacity: octets behind `bytes` that may be used too; at most 16 KiB in all.
  public init(_ bytes: [UInt8], capacity: Int = 0) {
    count = bytes.count
    mapping = Mapping.take()
    base = mapping.end - max(bytes.count, capacity)
    bytes.withUnsafeBytes { source in
      if let start = source.baseAddress { base.copyMemory(from: start, byteCount: source.count) }
    }
  }

  deinit { mapping.giveBack() }

  /// The first octets, as they are now.
  public func bytes(_ length: Int? = nil) -> [UInt8] {
    [UInt8](UnsafeRawBufferPointer(start: base, count: length ?? count))
  }

  /// Memory with a page behind it that nobody may touch. Kept for the next buffer: mapping is slow.
  private struct Mapping: @unchecked Sendable {
    static let size = 16384
    static let page = 4096
    private static let spare = Mutex<[Mapping]>([])

    let end: UnsafeMutableRawPointer

    static func take() -> Mapping { spare.withLock { $0.popLast() } ?? Mapping() }

    func giveBack() { Self.spare.withLock { $0.append(self) } }

    init() {
      let memory = mmap(nil, Self.size + Self.page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard let memory, memory != MAP_FAILED else { fatalError("no memory") }
      end = memory + Self.size
      precondition(mprotect(end, Self.page, PROT_NONE) == 0, "a page can be protected")
    }
  }
}
