import EAL
import Net

/// A fragment that waits for the first of its datagram.
@safe
struct HeldFragment {
  let mbuf: Mbuf
  /// The port that it came in by.
  let arrival: PortIndex
  /// The next that came, or the next free place.
  var next = FragmentPlace.none

  @_noLocks
  init(_ mbuf: Mbuf, arrival: PortIndex) {
    self.mbuf = mbuf
    self.arrival = arrival
  }
}
