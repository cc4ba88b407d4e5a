import Net
import Synchronization

@testable import Control

/// Ports of nobody: remembers which are removed.
final class TestYard: PortControl {
  /// One sentence.
  struct Refusal: Error, CustomStringConvertible { var description: String }

  private let removed = Mutex<Set<PortIndex>>([])

  func isRemoved(_ index: PortIndex) -> Bool { removed.withLock { $0.contains(index) } }

  func remove(_ index: PortIndex) throws {
    guard removed.withLock({ $0.insert(index).inserted }) else { throw Refusal(description: "it is already removed") }
  }

  func add(_ index: PortIndex) throws {
    guard removed.withLock({ $0.remove(index) }) != nil else { throw Refusal(description: "it is already there") }
  }
}
