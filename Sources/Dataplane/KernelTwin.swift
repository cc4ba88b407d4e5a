import EAL
import Net

/// The kernel twin of a port (design decision D10): a TAP device, one end of which is an interface of this machine's
/// kernel with an address on the port's segment. It has the port's own MAC address, since that is the one by which
/// switches and address filters on the way know the machine.
///
/// It lives as long as the port's device does. The kernel takes the interface away with the process, however that ends.
public struct KernelTwin: Sendable {
  public let request: TwinRequest
  /// The port that it is the twin of.
  public let side: PortIndex
  /// Its place among the workers' ports.
  public let index: PortIndex
  public let device: PortDevice
  let queues: QueuePlan

  /// The largest MTU that the driver takes (`RTE_ETHER_MAX_VLAN_FRAME_LEN`).
  private static let largestMTU = 1500
  /// A TAP descriptor is one more segment that a frame may be spread over; buffers take whole frames.
  private static let settings = Port.Settings(
    receiveQueues: 1, transmitQueues: 1, descriptors: 8, hashing: nil, multiSegmentTransmit: false,
    isPromiscuous: false)

  init(_ request: TwinRequest, side: PortIndex, index: PortIndex, workers: Int) {
    self.request = request
    self.side = side
    self.index = index
    device = PortDevice(nil)
    queues = QueuePlan(port: Int(side.rawValue), maxReceiveQueues: 1, maxTransmitQueues: 1, workers: workers)
  }

  /// Makes the device and the kernel's interface, up and with its address.
  ///
  /// - Parameters:
  ///   - mac: the port's.
  ///   - mtu: the port's; larger ones than the driver takes are lowered.
  /// - Throws: `EALError`; nothing is left behind.
  func open(mac: MACAddress, mtu: Int, pool: MbufPool, socket: Int32) throws(EALError) {
    let interface = KernelInterface(name: request.name)
    guard interface.mtu == nil else {
      throw .refused("kernel twin: there is an interface '\(request.name)' already: give the twin another name.")
    }
    let arguments = "iface=\(request.name),mac=\(mac)"
    let port = try Port.add(.virtual(name: "net_tap_twin\(index.rawValue)", arguments: arguments))
    Port.quietenTAP()
    do throws(EALError) {
      interface.silenceIPv6()
      // A check's answer comes from a VIP, to which the host may have another route.
      interface.acceptAnyRoute()
      try interface.setAddress(request.address.rawValue, prefix: request.prefix)
      try port.start(Self.settings, pool: pool, socket: socket)
      try port.setMTU(min(mtu, Self.largestMTU))
    } catch {
      port.stop()
      port.close()
      throw error
    }
    StopSignals.leaveDevices()
    device.set(port)
  }

  /// Takes the device and the interface away. No worker may use it any more.
  func close() {
    guard let port = device.port else { return }
    device.set(nil)
    port.stop()
    port.close()
  }
}
