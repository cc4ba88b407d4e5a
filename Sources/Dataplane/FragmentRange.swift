/// Octets of a datagram that have come, in units of eight.
struct FragmentRange {
  /// The first.
  var start: UInt16
  /// Behind the last.
  var end: UInt16

  @_noLocks
  init(start: UInt16, end: UInt16) {
    self.start = start
    self.end = end
  }
}
