import EAL
import Net
import Packet
import Tables

/// The hit path: frames of known sessions. Nearly all are ordinary frames of active sessions, and for them there is a loop
/// that calls nothing, since a call would take the registers of every frame. It ends at the first frame that is another, which is
/// done by itself; so frames of one flow keep their order.
extension Worker {
  typealias FrameList = UnsafeMutablePointer<UnsafeMutablePointer<Frame>>

  /// Forwards the frames whose sessions were found in their first buckets, then looks for the others in their second ones and
  /// forwards those; meanwhile their lines have come. At last, new decisions: an insert could move entries.
  @_noLocks @inline(__always)
  mutating func forwardFound(
    _ found: (hits: Int, misses: Int), _ way: Way, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let moment = unsafe tables.pointee.rules.moment(clock.tick)
    var next = unsafe burst.hits
    var end = unsafe next + found.hits
    var left = 0
    var lost = 0
    var isLast = false
    while true {
      switch way {
      case .request: unsafe forwardActive(&next, end, moment, tables)
      case .byMAC: unsafe forwardActiveByMAC(&next, end, moment, tables)
      case .reply: unsafe replyActive(&next, end, moment, tables)
      }
      if unsafe next != end {
        let frame = unsafe next.pointee
        unsafe next += 1
        if unsafe !forwardOther(frame, way, tables) { unsafe leave(frame, &left) }
        continue
      }
      if isLast { break }
      isLast = true
      unsafe findSeconds(found.misses, way, &end, &lost)
    }
    for index in 0..<left { unsafe decideAnew(burst.hits[index], way, tables) }
    for index in 0..<lost { unsafe decideAnew(burst.misses[index], way, tables) }
  }

  /// Looks up those that are not in their first bucket. Those found follow the others in `burst.hits`, of which `end` is the
  /// end; those that are not stay in `burst.misses`, and are counted.
  @_noLocks @inline(__always)
  private mutating func findSeconds(_ misses: Int, _ way: Way, _ end: inout FrameList, _ lost: inout Int) {
    for index in 0..<misses {
      let frame = unsafe burst.misses[index]
      let bucket = unsafe frame.pointee.buckets.second
      let lane = unsafe sessions.lane(of: match(frame, way), in: bucket)
      if lane.isNone {
        unsafe burst.misses[lost] = frame
        lost &+= 1
      } else {
        unsafe frame.pointee.place = SessionPlace(bucket: bucket, lane: lane.rawValue)
        unsafe end.pointee = frame
        unsafe end += 1
      }
    }
  }

  /// One frame of a session that was found, whatever it is. False: it awaits a new decision.
  @_noLocks @inline(__always)
  private mutating func forwardOther(
    _ frame: UnsafeMutablePointer<Frame>, _ way: Way, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    switch way {
    case .request, .byMAC: unsafe forward(frame, frame.pointee.place, tables)
    case .reply: unsafe reply(frame, frame.pointee.place, tables)
    }
  }

  @_noLocks @inline(__always)
  private mutating func decideAnew(
    _ frame: UnsafeMutablePointer<Frame>, _ way: Way, _ tables: UnsafePointer<ForwardingTables>
  ) {
    switch way {
    case .request, .byMAC: unsafe decide(frame, tables)
    case .reply: unsafe adopt(frame, tables)
    }
  }

  /// Leaves a frame for a new decision: in `burst.hits`, before those that are not yet done.
  @_noLocks @inline(__always)
  private mutating func leave(_ frame: UnsafeMutablePointer<Frame>, _ left: inout Int) {
    unsafe burst.hits[left] = frame
    left &+= 1
  }

  /// Notes an ordinary frame of an active session. False: the frame is another, or the session is, and nothing is noted.
  @_noLocks @inline(__always)
  mutating func noteActive(
    _ frame: UnsafeMutablePointer<Frame>, _ place: SessionPlace, _ entry: SessionEntry, _ moment: Moment
  ) -> Bool {
    guard moment.isActive(entry), unsafe frame.pointee.parsed.event.isOrdinary else { return false }
    sessions.touchActive(place, at: moment)
    return true
  }

  /// Notes a frame of a session, whatever it is. False: the session has expired or ended.
  @_noLocks @inline(__always)
  mutating func note(
    _ frame: UnsafeMutablePointer<Frame>, _ place: SessionPlace, fromClient: Bool,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let moment = unsafe tables.pointee.rules.moment(clock.tick)
    if unsafe noteActive(frame, place, sessions[place], moment) { return true }
    return unsafe advance(frame, place, fromClient: fromClient, tables)
  }

  /// The same of a session that is not active, or not after the frame: a handshake, an end, a client without an answer.
  @_noLocks @inline(never)
  private mutating func advance(
    _ frame: UnsafeMutablePointer<Frame>, _ place: SessionPlace, fromClient: Bool,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let entry = sessions[place]
    let rules = unsafe tables.pointee.rules
    let event = unsafe frame.pointee.parsed.event
    let progress =
      unsafe frame.pointee.claim.isByMAC
      ? rules.progressOneWay(after: event, from: entry.progress)
      : rules.progress(after: event, fromClient: fromClient, from: entry.progress)
    guard !rules.leavesHitPath(entry, at: clock.tick), !progress.isOver else { return false }
    sessions.touch(place, progress, at: clock.tick)
    return true
  }
}

/// Which way a burst's frames go; a constant where a stage is in line.
enum Way {
  /// From clients, where some services are translated.
  case request
  /// From clients, where every service returns directly.
  case byMAC
  /// From servers.
  case reply
}
