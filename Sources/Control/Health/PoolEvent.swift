import Foundation

/// A service that begins or ends to use other backends than those that are up, or none.
public struct PoolEvent: Codable, Equatable, Sendable {
  /// The name of the service.
  public var service: String
  /// Whether it begins.
  public var active: Bool
  /// One sentence for an operator.
  public var message: String
  /// The wall clock's time.
  public var at: Date
}
