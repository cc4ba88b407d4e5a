import EAL
import Net

/// A port as one worker sees it.
public struct WorkerPort {
  /// DPDK's number.
  public var device: UInt16
  public var side: PortSide
  /// The receive queue that this worker polls, if any; none while the port is removed.
  public var receiveQueue: UInt16?
  /// The receive queue that is this worker's while the port is there.
  private let ownQueue: UInt16?
  /// How this worker sends there.
  public var transmit: TransmitRoute
  /// Where frames that merely cross leave; with several frontends, for those from the backend port, the first. Its own
  /// index where there is one port only.
  public var peer: PortIndex
  /// Of a frontend: the clients that are behind it.
  public var clients: IPv4Prefix?
  /// The port's own address.
  public var mac: MACAddress
  /// What becomes of frames with VLAN tags.
  public var tagAction: TagAction
  /// Whether the device takes VLAN tags off, and they have to be put back.
  public var stripsTags: Bool

  public init(
    device: UInt16, mac: MACAddress, side: PortSide, receiveQueue: UInt16?, transmit: TransmitRoute, peer: PortIndex,
    clients: IPv4Prefix? = nil, tagAction: TagAction = .balance, stripsTags: Bool = false
  ) {
    self.device = device
    self.mac = mac
    self.side = side
    self.receiveQueue = receiveQueue
    ownQueue = receiveQueue
    self.transmit = transmit
    self.peer = peer
    self.tagAction = tagAction
    self.stripsTags = stripsTags
    self.clients = clients
  }

  /// Takes the port under a new device and its MAC address, or, with nil, lets go of it.
  @_noLocks
  mutating func set(device: UInt16?, mac: MACAddress) {
    if let device {
      self.device = device
      self.mac = mac
      receiveQueue = ownQueue
    } else {
      receiveQueue = nil
    }
  }
}

/// How a worker's frames get out of a port.
public enum TransmitRoute {
  /// By a queue that only this worker uses.
  case queue(UInt16)
  /// By the ring of the worker that has a queue, since the port has fewer queues than there are workers.
  case ring(Ring)
  /// By no port yet: collected until each frame's frontend is known (`Worker+Frontends.swift`).
  case crossing
}
