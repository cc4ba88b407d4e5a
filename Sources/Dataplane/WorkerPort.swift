import EAL
import Net

/// A port as one worker sees it.
public struct WorkerPort {
  /// DPDK's number.
  public var device: UInt16
  public var side: PortSide
  /// The receive queue that this worker polls, if any.
  public var receiveQueue: UInt16?
  /// How this worker sends there.
  public var transmit: TransmitRoute
  /// Where frames that merely cross leave.
  public var peer: PortIndex

  public init(
    device: UInt16, side: PortSide, receiveQueue: UInt16?, transmit: TransmitRoute, peer: PortIndex
  ) {
    self.device = device
    self.side = side
    self.receiveQueue = receiveQueue
    self.transmit = transmit
    self.peer = peer
  }
}

/// How a worker's frames get out of a port.
public enum TransmitRoute {
  /// By a queue that only this worker uses.
  case queue(UInt16)
  /// By the ring of the worker that has a queue, since the port has fewer queues than there are workers.
  case ring(Ring)
}
