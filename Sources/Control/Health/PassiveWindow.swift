/// What is seen of one backend's new sessions of one kind in a window of looks, a second apart.
struct PassiveWindow: Equatable, Sendable {
  /// What a window says.
  struct Sum: Equatable, Sendable {
    var sessions = 0
    var unanswered = 0
    var refused = 0
    var unreachable = 0
    var repeated = 0
    /// From the first look to the last.
    var seconds = 0

    /// All that speaks against the backend; a SYN may be repeated more than once.
    var failures: Int { min(sessions, unanswered + refused + unreachable + repeated) }
  }

  /// The oldest first.
  private var looks: [PassiveFigures] = []

  /// Adds a look, and forgets those from before the window.
  ///
  /// - Parameter seconds: of the window.
  mutating func add(_ figures: PassiveFigures, seconds: Int) {
    looks.append(figures)
    if looks.count > seconds + 1 { looks.removeFirst(looks.count - seconds - 1) }
  }

  /// What happened between the first look and the last.
  ///
  /// A session that is open at a look may be answered in a moment. So those count as unanswered that were open at the
  /// last two looks, and more than were so at the first; younger ones count for nothing yet.
  var sum: Sum {
    guard looks.count > 1, let first = looks.first, let last = looks.last else { return Sum() }
    let lasting = min(last.open, looks[looks.count - 2].open)
    return Sum(
      sessions: max(0, last.sessions - first.sessions - (last.open - lasting)),
      unanswered: max(0, lasting - first.open),
      refused: max(0, last.refused - first.refused), unreachable: max(0, last.unreachable - first.unreachable),
      repeated: max(0, last.repeated - first.repeated), seconds: looks.count - 1)
  }
}
