import EAL
import Net

/// A port that runs.
public struct DataplanePort: Sendable {
  public let index: PortIndex
  public let request: PortRequest
  public let device: PortDevice
  public let information: Port.Information
  public let receiveQueues: Int
  public let transmitQueues: Int
  /// Bytes of the largest packet without the Ethernet header: the interface's where there is one.
  public let mtu: Int
  /// The largest MTU whose frames are received whole.
  public let largestMTU: Int
  public let twin: KernelTwin?
}
