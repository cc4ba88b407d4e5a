import EAL
import Net
import Packet
import Tables

/// Room for what is in hand: up to 32 frames, filled stage by stage. Of one worker, allocated once.
@safe
struct Burst: ~Copyable {
  /// Frames a burst holds at most.
  static var capacity: Int { @_noLocks get { 32 } }

  /// Frames as received, all by one port.
  let mbufs: MbufArray
  /// Frames of a ring, which may be of any port.
  let mixed: MbufArray
  let frames: UnsafeMutablePointer<Frame>
  /// One more, for what is worked on by itself.
  let spare: UnsafeMutablePointer<Frame>
  /// Those among `frames` whose session was found, in the order in which they will be done.
  let hits: UnsafeMutablePointer<UnsafeMutablePointer<Frame>>
  /// Those whose session was not found, or no longer counts.
  let misses: UnsafeMutablePointer<UnsafeMutablePointer<Frame>>

  init() {
    mbufs = MbufArray(capacity: Self.capacity)
    mixed = MbufArray(capacity: Self.capacity)
    unsafe frames = .allocateLines(capacity: Self.capacity + 1)
    unsafe spare = unsafe frames + Self.capacity
    // One more than a burst: the next place is written before it is known whether it counts.
    unsafe hits = .allocateLines(capacity: Self.capacity + 1)
    unsafe misses = .allocateLines(capacity: Self.capacity + 1)
    unsafe hits.initialize(repeating: spare, count: Self.capacity + 1)
    unsafe misses.initialize(repeating: spare, count: Self.capacity + 1)
    // Frames are plain values, read only after a stage has written them; zero until then.
    unsafe UnsafeMutableRawPointer(frames).initializeMemory(
      as: UInt8.self, repeating: 0, count: MemoryLayout<Frame>.stride * (Self.capacity + 1))
  }

  deinit {
    unsafe frames.deallocate()
    unsafe hits.deallocate()
    unsafe misses.deallocate()
  }
}
