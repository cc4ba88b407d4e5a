import Net
import Tables

/// A datagram of which fragments have come. Which octets they were is in the tracker's ranges.
struct FragmentedDatagram {
  var key: FragmentKey
  var state = FragmentState.headless
  /// Ranges of octets that have come, not adjacent to each other.
  var rangeCount: UInt8 = 0
  /// Fragments that wait for the first.
  var heldCount: UInt16 = 0
  /// Once the last fragment has come: where the datagram ends, in units of eight octets; else 0.
  var end: UInt16 = 0
  /// From the first fragment: the source's in the upper half.
  var ports: UInt32 = 0
  /// When the fragment came that was the first to come.
  let began: Tick
  // Lists: all of the clients of one bucket; all by age; the fragments that wait, as they came.
  var next = FragmentPlace.none
  var older = FragmentPlace.none
  var newer = FragmentPlace.none
  var firstHeld = FragmentPlace.none
  var lastHeld = FragmentPlace.none

  @_noLocks
  init(_ key: FragmentKey, at now: Tick) {
    self.key = key
    began = now
  }
}
