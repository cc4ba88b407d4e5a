import Net

/// What management knows of a port's kernel twin.
public struct TwinObservation: Sendable {
  /// Of the kernel's interface.
  public let name: String
  /// Of that interface.
  public let address: IPv4Address
  /// Its place among the workers' ports.
  public let index: PortIndex
  /// Whether the interface is up and has the address, as the run loop last saw it.
  public let state = LinkState()

  public init(name: String, address: IPv4Address, index: PortIndex) {
    self.name = name
    self.address = address
    self.index = index
  }

  /// Whether somebody has taken the interface down or its address away, although the port is there.
  public var isLost: Bool { state.current.condition == .down }

  /// What that means, in one sentence for an operator.
  ///
  /// - Parameter port: the port's name.
  public func loss(of port: String) -> String {
    "the kernel twin of port \(port) is lost: interface \(name) is not up with its address \(address), so checks and"
      + " programs have no way through that port (sluice port remove \(port) and add make it again)"
  }
}
