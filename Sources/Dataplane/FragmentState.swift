/// What is known of a datagram that comes in fragments, and so what becomes of those without ports.
struct FragmentState {
  let rawValue: UInt8

  /// The first fragment has not come: they are held.
  static var headless: Self { @_noLocks get { Self(rawValue: 0) } }
  /// The ports are known.
  static var labelled: Self { @_noLocks get { Self(rawValue: 1) } }
  /// Nothing that is balanced: they cross.
  static var crossing: Self { @_noLocks get { Self(rawValue: 2) } }
  /// Two of its fragments contradict each other: they are dropped.
  static var overlapping: Self { @_noLocks get { Self(rawValue: 3) } }
  /// Its first fragment was malformed: they are dropped.
  static var refused: Self { @_noLocks get { Self(rawValue: 4) } }

  var isHeadless: Bool { @_noLocks get { rawValue == 0 } }
  var isLabelled: Bool { @_noLocks get { rawValue == 1 } }
  var isCrossing: Bool { @_noLocks get { rawValue == 2 } }
  var isOverlapping: Bool { @_noLocks get { rawValue == 3 } }
  var isRefused: Bool { @_noLocks get { rawValue == 4 } }
}
