import EAL
import Net

/// Fragments that wait for the first of their datagram.
extension FragmentTracker {
  /// Whether every place is taken.
  var isHeldFull: Bool { @_noLocks get { freeWaiting.isNone && Int(untouchedWaiting) == limits.held } }

  /// Keeps a fragment. Not when `isHeldFull`.
  @_noLocks
  mutating func hold(_ mbuf: Mbuf, arrival: PortIndex, in place: FragmentPlace) {
    var held = freeWaiting
    if held.isNone {
      held = FragmentPlace(untouchedWaiting)
      untouchedWaiting &+= 1
    } else {
      // Below the limit, like every place given here.
      freeWaiting = unsafe waiting[Int(held.rawValue)].next
    }
    unsafe waiting[Int(held.rawValue)] = HeldFragment(mbuf, arrival: arrival)
    var datagram = self[place]
    if datagram.lastHeld.isNone {
      datagram.firstHeld = held
    } else {
      unsafe waiting[Int(datagram.lastHeld.rawValue)].next = held
    }
    datagram.lastHeld = held
    datagram.heldCount &+= 1
    self[place] = datagram
  }

  /// Lets go of the fragment that has waited longest, if there is one.
  @_noLocks
  mutating func release(from place: FragmentPlace) -> HeldFragment? {
    var datagram = self[place]
    let held = datagram.firstHeld
    guard !held.isNone else { return nil }
    let fragment = unsafe waiting[Int(held.rawValue)]
    datagram.firstHeld = fragment.next
    if fragment.next.isNone { datagram.lastHeld = .none }
    datagram.heldCount &-= 1
    self[place] = datagram
    unsafe waiting[Int(held.rawValue)].next = freeWaiting
    freeWaiting = held
    return fragment
  }
}
