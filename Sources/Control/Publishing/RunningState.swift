import Configuration
import Foundation
import Net
import Tables

/// What is in force: the configuration, and where everything is in the tables made of it. A value for any
/// thread, so that reports never touch tables that are being replaced.
public struct RunningState: Sendable {
  /// What the tables were made of.
  public let configuration: Configuration
  /// Counts up with each change.
  public let generation: UInt64
  /// When it was published.
  public internal(set) var publishedAt: Date
  /// The services, in the order of the configuration.
  public let services: [ServicePlacement]
  /// Services that were removed and may still have sessions.
  public let leavingServices: [ServicePlacement]

  /// Backends that were removed or killed, of configured and of removed services.
  public var leavingBackends: [(service: ServicePlacement, backend: BackendPlacement)] {
    (services + leavingServices).flatMap { service in service.leavingBackends.map { (service, $0) } }
  }

  /// The service that an entry of a session table names.
  public func service(_ index: ServiceIndex) -> ServicePlacement? {
    services.first { $0.index == index } ?? leavingServices.first { $0.index == index }
  }

  /// Whether nothing is to be published to get from another state to this one.
  func isLaidOut(like other: RunningState) -> Bool {
    services.count == other.services.count && leavingServices.count == other.leavingServices.count
      && zip(services, other.services).allSatisfy(===) && zip(leavingServices, other.leavingServices).allSatisfy(===)
  }

  /// Whether anything has left and may still have sessions.
  var hasLeaving: Bool {
    !leavingServices.isEmpty || services.contains(where: \.hasLeaving)
  }

  /// Services and backends that have left and may still have sessions.
  var leavingCount: Int {
    services.reduce(leavingServices.reduce(leavingServices.count) { $0 + $1.leaving.count }) { $0 + $1.leaving.count }
  }

  /// The counters of a backend, by the positions of its service and itself in the configuration.
  func slot(service: Int, backend: Int) -> BackendSlot { services[service].layout.backends[backend].slot }

  /// Maglev slots that a backend got, by the same positions.
  func maglevSlots(service: Int, backend: Int) -> Int { services[service].backends[backend].maglevSlots }
}
