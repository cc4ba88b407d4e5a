import Net

/// The kernel twin of a port as a worker sees it: an address of this machine's kernel on the port's segment.
public struct WorkerTwin {
  public let address: IPv4Address
  /// The port that it is the twin of.
  public let side: PortIndex
  /// The place of its own device among the worker's ports, behind those of the configuration.
  public let port: PortIndex

  public init(address: IPv4Address, side: PortIndex, port: PortIndex) {
    self.address = address
    self.side = side
    self.port = port
  }
}
