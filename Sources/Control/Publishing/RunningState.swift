import Configuration
import Foundation
import Net
import Tables

/// What is in force: the configuration, and how the tables made of it are laid out. A value for any thread,
/// so that reports never touch tables that are being replaced.
public struct RunningState: Sendable {
  /// What the tables were made of.
  public let configuration: Configuration
  /// Counts up with each publication.
  public let generation: UInt64
  /// When it was published.
  public let publishedAt: Date
  /// First backend slot of each service, in the order of the configuration.
  let firstSlots: [BackendSlot]
  /// Maglev slots of each backend slot.
  let maglevShares: [Int]

  init(_ tables: TableSet, of configuration: Configuration) {
    self.configuration = configuration
    generation = tables.tables.pointee.generation
    publishedAt = Date()
    firstSlots = tables.firstSlots
    maglevShares = tables.maglevShares
  }

  /// The slot of a backend, by the positions of its service and itself in the configuration.
  func slot(service: Int, backend: Int) -> BackendSlot {
    BackendSlot(firstSlots[service].rawValue + UInt32(backend))
  }

  /// Maglev slots that a backend got.
  func maglevSlots(_ slot: BackendSlot) -> Int { maglevShares[Int(slot.rawValue)] }
}
