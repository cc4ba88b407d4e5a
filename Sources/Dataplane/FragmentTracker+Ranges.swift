import Packet

/// Which octets of a datagram have come.
extension FragmentTracker {
  /// How a fragment goes together with the others of its datagram. Nothing changes.
  @_noLocks
  func fit(_ header: FragmentHeader, in place: FragmentPlace) -> FragmentFit {
    let datagram = self[place]
    let (start, end) = (header.start, header.end)
    if datagram.end != 0, header.hasMore ? end >= datagram.end : end != datagram.end { return .overlap }
    let ranges = unsafe ranges + Int(place.rawValue) &* Self.rangesPerDatagram
    var touching = 0
    for index in 0..<Int(datagram.rangeCount) {
      // `rangeCount` of them are set.
      let range = unsafe ranges[index]
      if !header.hasMore, range.end > end { return .overlap }
      if start >= range.start, end <= range.end { return .duplicate }
      if start < range.end, end > range.start { return .overlap }
      if start == range.end || end == range.start { touching &+= 1 }
    }
    return touching == 0 && Int(datagram.rangeCount) == Self.rangesPerDatagram ? .scattered : .new
  }

  /// Notes a new fragment. Returns whether the datagram is whole now.
  @_noLocks
  mutating func add(_ header: FragmentHeader, to place: FragmentPlace) -> Bool {
    var datagram = self[place]
    let ranges = unsafe ranges + Int(place.rawValue) &* Self.rangesPerDatagram
    var new = FragmentRange(start: header.start, end: header.end)
    var kept = 0
    for index in 0..<Int(datagram.rangeCount) {
      let range = unsafe ranges[index]
      if range.end == new.start {
        new.start = range.start
      } else if range.start == new.end {
        new.end = range.end
      } else {
        // `kept` never overtakes `index`.
        unsafe ranges[kept] = range
        kept &+= 1
      }
    }
    // `fit` has said that there is room.
    unsafe ranges[kept] = new
    datagram.rangeCount = UInt8(truncatingIfNeeded: kept &+ 1)
    if !header.hasMore { datagram.end = header.end }
    self[place] = datagram
    return kept == 0 && new.start == 0 && new.end == datagram.end
  }
}
