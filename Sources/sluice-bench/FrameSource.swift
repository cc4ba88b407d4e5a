import CDPDKShim
import EAL

/// Where frames come from: a template of 65536 frames of one length and a DPDK receive callback, by which they get into the
/// mbufs between the driver's receive function and the worker, in the worker's own call.
///
/// The callback does to a packet what the yardstick does between its receive call and its pipeline, so
/// its cost is taken off in the same way.
final class FrameSource {
  /// What the callback reads and writes.
  fileprivate struct State {
    let frames: UnsafeMutableRawPointer
    let pool: MbufPool
    let frameLength: Int
    /// Bytes between the frames of the template: whole cache lines.
    let stride: Int
    /// Frame that comes next.
    var next = 0
    /// Frames to hand out on a port whose driver receives nothing.
    var pending = 0
  }

  /// Frames of a template; a power of two, 4 MiB of the shortest, as in the yardstick.
  static let count = 65536

  private let state: UnsafeMutablePointer<State>
  private var callback: (port: UInt16, queue: UInt16, handle: OpaquePointer)?

  init(pool: MbufPool, frameLength: Int) {
    let stride = (frameLength + 63) / 64 * 64
    let frames = UnsafeMutableRawPointer.allocate(byteCount: Self.count * stride, alignment: 4096)
    frames.initializeMemory(as: UInt8.self, repeating: 0, count: Self.count * stride)
    state = .allocate(capacity: 1)
    state.initialize(to: State(frames: frames, pool: pool, frameLength: frameLength, stride: stride))
  }

  deinit {
    detach()
    state.pointee.frames.deallocate()
    state.deallocate()
  }

  /// Writes `count` frames with a function of their number, and begins with the first.
  func fill(_ count: Int, _ write: (UnsafeMutableRawPointer, Int) -> Void) {
    for index in 0..<count {
      let frame = state.pointee.frames + index * state.pointee.stride
      frame.initializeMemory(as: UInt8.self, repeating: 0, count: state.pointee.stride)
      write(frame, index)
    }
    rewind()
  }

  /// Begins with the first frame again.
  func rewind() { state.pointee.next = 0 }

  /// Lets a port whose driver receives nothing bring that many frames.
  func release(_ count: Int) { state.pointee.pending = count }

  /// Puts the frames into what a queue receives from now on.
  func attach(port: UInt16, queue: UInt16) {
    detach()
    guard let handle = rte_eth_add_rx_callback(port, queue, fillBurst, state) else {
      fatalError("DPDK takes no receive callback on port \(port)")
    }
    callback = (port, queue, handle)
  }

  /// Leaves the queue what the driver gives it. No worker may poll it meanwhile.
  func detach() {
    guard let callback else { return }
    let result = rte_eth_remove_rx_callback(callback.port, callback.queue, callback.handle)
    precondition(result == 0, "a callback that was added can be removed")
    // Nobody polls: it is not in use.
    sluice_free(UnsafeMutableRawPointer(callback.handle))
    self.callback = nil
  }
}

/// The callback itself; `limit` is the room in `mbufs`.
private func fillBurst(
  _ port: UInt16, _ queue: UInt16, _ mbufs: UnsafeMutablePointer<OpaquePointer?>?, _ count: UInt16, _ limit: UInt16,
  _ context: UnsafeMutableRawPointer?
) -> UInt16 {
  guard let mbufs, let state = context?.assumingMemoryBound(to: FrameSource.State.self) else { return count }
  var filled = Int(count)
  if filled == 0 {
    filled = min(Int(limit), state.pointee.pending)
    state.pointee.pending -= filled
    for index in 0..<filled {
      guard let mbuf = state.pointee.pool.take(length: state.pointee.frameLength) else {
        fatalError("the pool is empty")
      }
      mbufs[index] = unsafeBitCast(mbuf, to: OpaquePointer.self)
    }
  }
  var next = state.pointee.next
  for index in 0..<filled {
    guard let raw = mbufs[index] else { fatalError("a driver receives mbufs") }
    let mbuf = Mbuf(raw: UnsafeMutableRawPointer(raw))
    let frame = state.pointee.frames + next * state.pointee.stride
    // Line by line: a copy whose length is not known would be a call of memcpy.
    for line in 0..<state.pointee.stride / 64 {
      (mbuf.data + line * 64).copyMemory(from: frame + line * 64, byteCount: 64)
    }
    mbuf.setLength(state.pointee.frameLength)
    next = (next + 1) & (FrameSource.count - 1)
  }
  state.pointee.next = next
  return UInt16(filled)
}
