/// What a service makes of the health of its backends.
public struct HealthSettings: Equatable, Sendable {
  /// What the sessions of a backend that is down get.
  public enum OnDown: String, Sendable, CaseIterable {
    /// Their next packet chooses another backend.
    case reselect
    /// They stay where they are.
    case keep
    /// They end; a TCP client is told by a RST.
    case reset
  }

  /// How backends are asked, unless they say otherwise.
  public var check: CheckSettings
  /// What the sessions of a backend that is down get.
  public var onDown: OnDown
  /// Per cent of the backends: with fewer up, all are used; 0: never.
  public var failOpen: Int
  /// Milliseconds in which the share of a backend that has come up grows to its whole; 0: at once.
  public var slowStart: UInt64
  /// Milliseconds: a backend that goes down again so soon after it came up has to pass twice as many checks the next
  /// time; 0: never more than `rise`.
  public var damping: UInt64
  /// What its traffic says of a backend.
  public var passive: PassiveSettings
}

extension HealthSettings {
  /// What a service without `health` does about a backend whose state is reported by others: every default, and no
  /// check of its own.
  public static let unwatched = HealthSettings(
    check: {
      var check = CheckKeys.defaults
      check.kind = .none
      return check
    }(), onDown: HealthKeys.onDown.constant, failOpen: HealthKeys.failOpen.constant,
    slowStart: HealthKeys.slowStart.constant, damping: HealthKeys.damping.constant,
    passive: .defaults)
}
