/// How frames reach the worker that owns their flow (design decision D1).
public struct Steering: Codable, Equatable, Sendable {
  /// Who brings a frame to its owner.
  public enum Kind: String, Codable, Sendable {
    /// One worker owns everything.
    case single
    /// The device's hash agrees with the owner function: frames arrive at their owner.
    case hardware
    /// Frames arrive anywhere; workers hand them over on rings.
    case software
  }

  /// Who brings a frame to its owner.
  public var kind: Kind
  /// One line for an operator.
  public var text: String

  /// A description for start log and status.
  public init(kind: Kind, text: String) {
    self.kind = kind
    self.text = text
  }
}
