/// What a change does to one service, and what that moves.
public struct ServicePlan: Codable, Equatable, Sendable {
  /// What becomes of the service.
  public enum Change: String, Codable, Sendable { case added, removed, changed }

  /// A backend that stays, and what of it differs.
  public struct Backend: Codable, Equatable, Sendable {
    /// What it is called afterwards.
    public var name: String
    /// `address:port`, or the address alone for ICMP.
    public var address: String
    /// Never empty.
    public var fields: [FieldChange]
  }

  /// What it is called afterwards; of a removed one, before.
  public var name: String
  /// `203.0.113.10:80/tcp`, or `203.0.113.10/icmp`: which service it is.
  public var identity: String
  /// What becomes of it.
  public var change: Change
  /// Keys of its own that differ.
  public var fields: [FieldChange]
  /// Those it has not had.
  public var backendsAdded: [ServiceSettingsReport.Backend]
  /// Those it has no longer.
  public var backendsRemoved: [ServiceSettingsReport.Backend]
  /// Those that stay, with something changed.
  public var backendsChanged: [Backend]
  /// Slots of its Maglev table.
  public var slots: Int
  /// Share of the slots that lead to another backend than before, 0 to 1: the part of new sessions that another backend
  /// gets. 1 for a service that comes or goes.
  public var slotsMovedShare: Double
  /// Live sessions of the service.
  public var sessions: UInt64
  /// Live sessions that another backend gets, or that end: those of killed backends, and no others.
  public var sessionsMoved: UInt64
  /// Their share, 0 to 1.
  public var sessionsMovedShare: Double
  /// Live sessions that stay, on backends that take no new ones from now on: removed, or draining.
  public var sessionsDraining: UInt64
}
