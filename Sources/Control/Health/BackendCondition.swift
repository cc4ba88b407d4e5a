import Configuration

/// What health makes of one backend, as far as its share of new sessions goes.
public enum BackendCondition: Hashable, Sendable {
  /// It takes sessions, or nothing speaks against it.
  case up
  /// It came up lately, and takes so many tenths of its share, 1 to 9.
  case rising(tenths: UInt32)
  /// It keeps the sessions it has.
  case drain
  /// It does not work.
  case down
  /// An operator works on it.
  case maintenance
  /// No frame can be sent to it: its address does not resolve.
  case unresolved

  /// Whether new sessions may choose it.
  var isUp: Bool {
    switch self {
    case .up, .rising: true
    case .drain, .down, .maintenance, .unresolved: false
    }
  }

  /// Whether it should work: not where somebody has said that it shall not.
  var isWanted: Bool {
    switch self {
    case .up, .rising, .down: true
    case .drain, .maintenance, .unresolved: false
    }
  }

  /// Tenths of its share.
  var tenths: UInt32 { if case .rising(let tenths) = self { tenths } else { 10 } }
}

/// The conditions of all backends; who is not in it is up.
public typealias BackendConditions = [ServiceIdentity: [BackendIdentity: BackendCondition]]
