/// What changes of a backend; fields that are nil stay as they are.
public struct BackendPatch: Equatable, Sendable {
  /// Share of new sessions, 0 to 65535.
  public var weight: UInt32?
  /// A label, unique in the service.
  public var name: String?
  /// Whether the backend takes no new sessions.
  public var drain: Bool?

  /// A change of these fields.
  public init(weight: UInt32? = nil, name: String? = nil, drain: Bool? = nil) {
    self.weight = weight
    self.name = name
    self.drain = drain
  }

  /// Whether nothing changes.
  public var isEmpty: Bool { weight == nil && name == nil && drain == nil }
}
