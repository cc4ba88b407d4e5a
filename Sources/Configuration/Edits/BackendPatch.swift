/// What changes of a backend; fields that are nil stay as they are.
public struct BackendPatch: Equatable, Sendable {
  /// Share of new sessions, 0 to 65535.
  public var weight: UInt32?
  /// A label, unique in the service.
  public var name: String?
  /// Whether the backend takes no new sessions.
  public var drain: Bool?
  /// Whether the backend is used only while no other of its service is up.
  public var backup: Bool?

  /// A change of these fields.
  public init(weight: UInt32? = nil, name: String? = nil, drain: Bool? = nil, backup: Bool? = nil) {
    self.weight = weight
    self.name = name
    self.drain = drain
    self.backup = backup
  }

  /// Whether nothing changes.
  public var isEmpty: Bool { weight == nil && name == nil && drain == nil && backup == nil }
}
