import EAL
import Glibc

/// When the SYNs went out that nobody has answered yet, of sessions whose beginning is observed: a session's own clock has
/// ticks of 100 ms, which is too coarse for this. A newer SYN takes the place of an older one; that one's answer is not
/// timed then.
@safe
struct OpeningTimes: ~Copyable {
  private struct Place {
    var flow: UInt64
    var time: UInt64
  }

  /// SYNs that are remembered at a time: 64 KiB, behind which no memory is until a service is observed.
  private static var count: UInt32 { @_noLocks get { 4096 } }

  private let places: UnsafeMutablePointer<Place>
  private let cyclesPerMicrosecond: UInt64

  /// - Parameter frequency: of the counter that times come from, in hertz.
  init(frequency: UInt64) {
    cyclesPerMicrosecond = max(1, frequency / 1_000_000)
    guard let memory = unsafe calloc(Int(Self.count), MemoryLayout<Place>.stride) else {
      preconditionFailure("no memory for the times of \(Self.count) SYNs")
    }
    unsafe places = memory.bindMemory(to: Place.self, capacity: Int(Self.count))
  }

  deinit { unsafe free(places) }

  /// A SYN goes out.
  ///
  /// - Parameters:
  ///   - flow: its client and service in one word; not 0.
  ///   - hash: says its place.
  @_noLocks
  mutating func note(_ flow: UInt64, _ hash: UInt32, at time: UInt64) {
    // Below `count`, a power of two.
    unsafe places[Int(hash & (Self.count &- 1))] = Place(flow: flow, time: time)
  }

  /// What has passed since a flow's SYN, which is forgotten.
  ///
  /// - Returns: microseconds; `.max`: that is not known.
  @_noLocks
  mutating func take(_ flow: UInt64, _ hash: UInt32, at now: UInt64) -> UInt64 {
    let place = unsafe places + Int(hash & (Self.count &- 1))
    guard unsafe place.pointee.flow == flow else { return .max }
    unsafe place.pointee.flow = 0
    // Of one counter, which never goes back.
    return unsafe (now &- place.pointee.time) / cyclesPerMicrosecond
  }
}
