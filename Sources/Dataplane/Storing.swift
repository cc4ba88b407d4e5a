/// What became of an entry that was to be stored.
enum Storing {
  case stored
  /// The table is full, or a flood is on.
  case notStored
  /// The client talks to the same server from the same port already, by another road.
  case clash

  /// Whether it is in the table.
  var isStored: Bool {
    @_noLocks get {
      switch self {
      case .stored: true
      case .notStored, .clash: false
      }
    }
  }

  /// Whether another session has its two ends.
  var isClash: Bool {
    @_noLocks get {
      switch self {
      case .clash: true
      case .stored, .notStored: false
      }
    }
  }
}
