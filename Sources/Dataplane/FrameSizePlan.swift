import EAL

/// How large a frame a port must take, so that none is ever cut (behaviour 100).
struct FrameSizePlan: Equatable {
  /// The device, with the arguments that give its frames that room.
  let device: Port.Device
  /// The largest MTU whose frames are received whole.
  let largestMTU: Int
  /// Bytes of data an mbuf needs for this port's frames.
  let room: Int

  /// Ethernet header and two VLAN tags.
  private static let linkOverhead = 14 + 8
  /// Bytes of an af_packet ring slot that hold no frame (TPACKET_V2 header and address): measured, a slot of
  /// 2048 takes frames of up to 1982 bytes.
  private static let slotOverhead = 66
  private static let defaultSlot = 2048
  private static let jumboSlot = 16384
  /// An mbuf counts its octets in 16 bits.
  private static let largestSlot = Int(UInt16.max) - MbufPool.headroom

  private init(device: Port.Device, largestMTU: Int, room: Int) {
    self.device = device
    self.largestMTU = largestMTU
    self.room = room
  }

  /// The plan for an af_packet ring with slots of that many bytes.
  private init(device: Port.Device, slot: Int) {
    self.init(device: device, largestMTU: slot - Self.slotOverhead - Self.linkOverhead, room: slot)
  }

  /// - Throws: `EALError` when the interface does not exist, or its frames are larger than the port's
  ///   own settings allow.
  static func make(for port: PortRequest) throws(EALError) -> FrameSizePlan {
    guard case .virtual(let name, let arguments) = port.device, name.hasPrefix("net_af_packet") else {
      return FrameSizePlan(device: port.device, largestMTU: .max, room: defaultSlot)
    }
    guard let interface = port.kernelInterface else {
      throw .refused("port '\(port.name)': device '\(name)' needs 'iface=' and the name of an interface.")
    }
    guard let mtu = interface.mtu else {
      throw .refused(
        "port '\(port.name)': there is no interface '\(interface.name)' in this network namespace ('ip link' lists them)."
      )
    }
    let largest = mtu + linkOverhead
    if let text = port.argument("framesz") {
      let slot = Int(text) ?? 0
      guard slot - slotOverhead >= largest else {
        throw .refused(
          "port '\(port.name)': the MTU of \(interface.name) is \(mtu), and a 'framesz' of \(text) takes frames of "
            + "\(max(0, slot - slotOverhead)) bytes only: larger ones would be cut. "
            + "Leave 'framesz' out: it is then chosen to fit.")
      }
      guard slot <= largestSlot else {
        throw .refused(
          "port '\(port.name)': a 'framesz' of \(text) is more than a buffer holds (\(largestSlot)): give less, or leave "
            + "'framesz' out.")
      }
      return FrameSizePlan(device: port.device, slot: slot)
    }
    if largest <= defaultSlot - slotOverhead { return FrameSizePlan(device: port.device, slot: defaultSlot) }
    guard largest <= jumboSlot - slotOverhead else {
      throw .refused(
        "port '\(port.name)': the MTU of \(interface.name) is \(mtu); at most \(jumboSlot - slotOverhead - linkOverhead) "
          + "can be received whole: 'ip link set \(interface.name) mtu 9000'.")
    }
    let wider = "\(arguments),blocksz=\(jumboSlot),framesz=\(jumboSlot)"
    return FrameSizePlan(device: .virtual(name: name, arguments: wider), slot: jumboSlot)
  }
}
