/// What the reference model remembers of flows, and how often it has.
struct ReferenceMemory {
  typealias Key = ReferenceModel.Key
  typealias Session = ReferenceModel.Session

  private(set) var sessions: [Key: Session] = [:]
  /// Expired, and not swept yet: the next session of the same flow takes the place.
  private(set) var expired: [Key: Session] = [:]
  /// Which clients have which servers by affinity.
  var kept: [ReferenceModel.Client: ReferenceModel.Kept] = [:]
  /// Sessions that were made, and servers that clients were given to keep.
  var created: UInt64 = 0
  /// Flows that were left out in stateless mode, by each packet that would have made a session.
  var leftOut: UInt64 = 0

  subscript(key: Key) -> Session? {
    get { sessions[key] }
    set { sessions[key] = newValue }
  }

  /// Time has passed, and these are over.
  mutating func expire(_ keys: [Key]) {
    for key in keys { expired[key] = sessions.removeValue(forKey: key) }
  }

  /// Every bucket has been looked at: what has expired goes, and these.
  mutating func sweep(_ keys: [Key]) {
    expired = [:]
    for key in keys { sessions[key] = nil }
  }

  /// Forgets what is over: all that has expired, and what else is said.
  ///
  /// - Parameters:
  ///   - isTwin: whether a session has the two ends in question.
  ///   - isOver: whether one that has not expired is over, too.
  mutating func forget(_ isTwin: (Key, Session) -> Bool, where isOver: (Key, Session) -> Bool) {
    expired = expired.filter { !isTwin($0.key, $0.value) }
    sessions = sessions.filter { !isTwin($0.key, $0.value) || !isOver($0.key, $0.value) }
  }

  /// Takes the place of one that has expired.
  mutating func take(_ key: Key) { expired[key] = nil }
}
