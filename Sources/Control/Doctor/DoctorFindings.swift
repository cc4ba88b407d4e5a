import Net

/// What was heard while servers were examined. Pure.
struct DoctorFindings {
  /// Somebody who says where an address is.
  struct Claim: Hashable {
    var address: IPv4Address
    var mac: MACAddress
  }

  /// Whoever spoke for itself in ARP, of VIPs and of the borrowed address.
  private(set) var claims: Set<Claim> = []
  /// Identifiers of the echoes that were answered.
  private(set) var echoes: Set<UInt16> = []

  mutating func note(_ message: ARPMessage) {
    if message.isClaim { claims.insert(Claim(address: message.senderAddress, mac: message.senderMAC)) }
  }

  mutating func note(echo identifier: UInt16) { echoes.insert(identifier) }

  /// Whether somebody has an address.
  func isTaken(_ address: IPv4Address) -> Bool { claims.contains { $0.address == address } }
}
