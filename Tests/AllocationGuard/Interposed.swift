import Glibc
import Synchronization

// The C library's allocator and mutex under their own names: a program's symbols go before those of its
// libraries, so that DPDK's, the Swift runtime's and everybody's calls are counted here. The linker gives the
// functions below those names (Package.swift), which Swift does not let them have themselves.

/// Calls so far.
enum Calls {
  static let allocations = Atomic(0)
  static let locks = Atomic(0)
}

@_silgen_name("__libc_malloc") private func plainMalloc(_ size: Int) -> UnsafeMutableRawPointer?
@_silgen_name("__libc_calloc") private func plainCalloc(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer?
@_silgen_name("__libc_realloc")
private func plainRealloc(_ old: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer?
@_silgen_name("__libc_memalign") private func plainMemalign(_ alignment: Int, _ size: Int) -> UnsafeMutableRawPointer?

@_cdecl("counted_malloc")
public func countedMalloc(_ size: Int) -> UnsafeMutableRawPointer? {
  Calls.allocations.add(1, ordering: .relaxed)
  return plainMalloc(size)
}

@_cdecl("counted_calloc")
public func countedCalloc(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer? {
  Calls.allocations.add(1, ordering: .relaxed)
  return plainCalloc(count, size)
}

@_cdecl("counted_realloc")
public func countedRealloc(_ old: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
  Calls.allocations.add(1, ordering: .relaxed)
  return plainRealloc(old, size)
}

@_cdecl("counted_aligned_alloc")
public func countedAlignedAlloc(_ alignment: Int, _ size: Int) -> UnsafeMutableRawPointer? {
  Calls.allocations.add(1, ordering: .relaxed)
  return plainMemalign(alignment, size)
}

@_cdecl("counted_posix_memalign")
public func countedPosixMemalign(
  _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: Int, _ size: Int
) -> Int32 {
  Calls.allocations.add(1, ordering: .relaxed)
  result.pointee = plainMemalign(alignment, size)
  return result.pointee == nil ? 12 : 0
}

/// Where the C library's own lock is; 0: not looked up yet.
private let plainLock = Atomic<UInt>(0)

@_cdecl("counted_pthread_mutex_lock")
public func countedMutexLock(_ mutex: UnsafeMutableRawPointer) -> Int32 {
  typealias Lock = @convention(c) (UnsafeMutableRawPointer) -> Int32
  Calls.locks.add(1, ordering: .relaxed)
  if plainLock.load(ordering: .relaxed) == 0 {
    // The next library's, behind this program's own.
    plainLock.store(
      UInt(bitPattern: dlsym(UnsafeMutableRawPointer(bitPattern: -1), "pthread_mutex_lock")), ordering: .relaxed)
  }
  return unsafeBitCast(plainLock.load(ordering: .relaxed), to: Lock.self)(mutex)
}
