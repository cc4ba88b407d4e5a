import Net

/// Takes ports out of the running instance and puts them back. Both wait for workers: not for event loops.
public protocol PortControl: Sendable {
  /// Removes a port.
  ///
  /// - Throws: an error whose description is one sentence.
  func remove(_ index: PortIndex) throws
  /// Makes a removed port again.
  func add(_ index: PortIndex) throws
}
