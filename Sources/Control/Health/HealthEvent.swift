import Foundation
import Logging

/// A backend's change of state, as `GET /v1/events` and the log tell it.
public struct HealthEvent: Codable, Equatable, Sendable {
  /// The name of its service.
  public var service: String
  /// What it is called.
  public var backend: String
  /// `address:port`, or the address alone.
  public var address: String
  /// Before.
  public var from: HealthState
  /// After.
  public var to: HealthState
  /// Why.
  public var cause: String
  /// Who found it.
  public var source: String
  /// The wall clock's time.
  public var at: Date

  init(_ backend: WatchedBackend, _ transition: HealthTransition) {
    service = backend.service
    self.backend = backend.name
    address = backend.served.backend.description
    from = transition.from
    to = transition.to
    cause = transition.cause
    source = transition.source.description
    at = transition.at
  }

  /// For logs that have fields.
  var metadata: Logger.Metadata {
    [
      "service": "\(service)", "backend": "\(backend)", "address": "\(address)", "from": "\(from.rawValue)",
      "to": "\(to.rawValue)", "cause": "\(cause)", "source": "\(source)",
    ]
  }
}
