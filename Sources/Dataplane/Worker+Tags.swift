import EAL
import Net
import Packet
import Tables

/// Frames with VLAN tags.
extension Worker {
  /// Puts back the tags that the device took off the first `count` frames of the burst, so that they are where everybody
  /// looks for them and leave with the frames. A frame must not lose its tag: it would get into another network.
  ///
  /// - Returns: the number of frames left.
  @_noLocks @inline(never)
  mutating func restoreTags(_ count: Int) -> Int {
    var left = 0
    for position in 0..<count {
      let mbuf = burst.mbufs[position]
      if mbuf.restoreTag() {
        // `left` never overtakes `position`.
        burst.mbufs[left] = mbuf
        left &+= 1
      } else {
        drop(mbuf, .tagLost)
      }
    }
    return left
  }

  /// Does with one what the port of arrival says (`vlan`). Balanced, it keeps its tags, and its answer brings its own.
  ///
  /// - Returns: whether it goes on with the others of its burst.
  @_noLocks
  mutating func tagged(
    _ frame: UnsafeMutablePointer<Frame>, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let mbuf = unsafe frame.pointee.mbuf
    // The index of one of this worker's ports.
    switch unsafe ports[Int(arrival.rawValue)].tagAction {
    case .balance:
      let outcome = unsafe FrameParser.parseTagged(
        frame.pointee.data, contiguous: mbuf.contiguousLength, length: frame.pointee.length,
        into: &frame.pointee.parsed)
      return unsafe isBalanced(outcome, frame, fromClients: fromClients, tables)
    case .pass: unsafe unmatched(mbuf, .tagged, tables)
    case .drop: drop(mbuf, .tagged)
    }
    return false
  }
}
