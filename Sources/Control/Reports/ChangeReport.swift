import struct Foundation.Date

/// What a change does, or would do: the answer to every change and to `POST /v1/plan`.
public struct ChangeReport: Report {
  /// Of the tables in force when this was answered: those that the change made, or of a plan those that run.
  public var generation: UInt64
  /// Of the tables that it was held against.
  public var previousGeneration: UInt64
  /// Whether it is in force. A plan is not, and neither is a change that changes nothing.
  public var applied: Bool
  /// When it was published; absent when it was not.
  public var changedAt: Date?
  /// Milliseconds from the order to the moment at which every worker had let go of the old tables; absent when nothing
  /// was published.
  public var milliseconds: Double?
  /// Services that are added, removed or changed, in that order.
  public var services: [ServicePlan]
  /// How many services stay as they are.
  public var servicesUntouched: Int
  /// Settings besides the services that differ.
  public var settings: [FieldChange]
  /// Settings that cannot change while the instance runs: why a reload would be refused.
  public var needsRestart: [FieldChange]
  /// Which part of the running backends would be gone, 0 to 1.
  public var backendsRemovedShare: Double
  /// Whether that is more than `control.max_removed_share` allows without force.
  public var needsForce: Bool
  /// What is allowed and probably not meant; one sentence each.
  public var warnings: [String]
  /// Where the configuration was written; absent when it was not.
  public var savedTo: String?
}
