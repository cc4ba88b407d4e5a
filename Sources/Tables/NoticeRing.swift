import EAL
import Synchronization

/// The way up from one worker to management, which looks into it when it likes: a ring of fixed size with one writer
/// and one reader. What does not fit is lost, and counted: whoever listens has to ask again.
///
/// A handle: one block of memory from `create` to `destroy`, shared by the worker and management.
@safe @frozen
public struct NoticeRing: @unchecked Sendable {
  @frozen @usableFromInline
  struct Header: ~Copyable {
    /// Notices written. The worker writes.
    @usableFromInline let written: Atomic<UInt32>
    /// Notices that found no place. The worker writes.
    @usableFromInline let lost: Atomic<UInt64>
    /// Notices read. Management writes.
    @usableFromInline let read: Atomic<UInt32>
  }

  /// Notices that may wait; a power of two.
  @inlinable @inline(__always)
  public static var capacity: UInt32 { @_noLocks get { 1024 } }

  @usableFromInline let header: UnsafeMutablePointer<Header>
  @usableFromInline let notices: UnsafeMutablePointer<WorkerNotice>

  /// An empty ring.
  public static func create() -> NoticeRing {
    let header = unsafe UnsafeMutablePointer<Header>.allocateLines(capacity: 1)
    unsafe header.initialize(to: Header(written: Atomic(0), lost: Atomic(0), read: Atomic(0)))
    let notices = unsafe UnsafeMutablePointer<WorkerNotice>.allocateLines(capacity: Int(capacity))
    return unsafe NoticeRing(header: header, notices: notices)
  }

  init(header: UnsafeMutablePointer<Header>, notices: UnsafeMutablePointer<WorkerNotice>) {
    unsafe self.header = header
    unsafe self.notices = notices
  }

  /// Frees the ring; neither the worker nor a reader may be left.
  public func destroy() {
    unsafe header.deinitialize(count: 1)
    unsafe header.deallocate()
    unsafe notices.deallocate()
  }

  /// Puts a notice in, or counts it as lost. The worker only.
  @_noLocks
  public func put(_ notice: WorkerNotice) {
    let written = unsafe header.pointee.written.load(ordering: .relaxed)
    guard unsafe written &- header.pointee.read.load(ordering: .acquiring) < Self.capacity else {
      unsafe header.pointee.lost.wrappingAdd(1, ordering: .relaxed)
      return
    }
    // Below the capacity; the reader has taken what was there.
    unsafe notices[Int(written & (Self.capacity &- 1))] = notice
    unsafe header.pointee.written.store(written &+ 1, ordering: .releasing)
  }

  /// The oldest notice, taken out; nil: there is none. One thread at a time.
  public func take() -> WorkerNotice? {
    let read = unsafe header.pointee.read.load(ordering: .relaxed)
    guard unsafe read != header.pointee.written.load(ordering: .acquiring) else { return nil }
    let notice = unsafe notices[Int(read & (Self.capacity - 1))]
    unsafe header.pointee.read.store(read &+ 1, ordering: .releasing)
    return notice
  }

  /// Notices taken out, for tests.
  package var readCount: Int { unsafe Int(header.pointee.read.load(ordering: .acquiring)) }

  /// Notices that found no place since the start.
  public var lost: UInt64 { unsafe header.pointee.lost.load(ordering: .relaxed) }
}
