/// What one worker has found out about a frame that another goes on with: the mark of a frame on its ring, for
/// explanations.
@frozen
public struct FrameMark: Equatable, Sendable {
  /// Why it travels, as on the ring; 0: it comes from the wire, or as if it did.
  public var reason: UInt8
  /// Of a fragment that carries none itself; the source's in the upper half.
  public var ports: UInt32
  /// Which its client has by affinity, on the way back to the owner of the flow.
  public var backend: UInt16
  /// Whether its client had that before.
  public var isRemembered: Bool

  @_noLocks @inlinable
  public init(reason: UInt8 = 0, ports: UInt32 = 0, backend: UInt16 = .max, isRemembered: Bool = false) {
    self.reason = reason
    self.ports = ports
    self.backend = backend
    self.isRemembered = isRemembered
  }
}
