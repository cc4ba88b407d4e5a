import Net

/// A server that is examined, the questions that are put to it, and what its answers mean. Pure.
struct DoctorPatient {
  var service: String
  var backend: String
  var vip: IPv4Address
  /// Its own address; nil: not known.
  var address: IPv4Address?
  /// Where it is; nil: its address is not found.
  var mac: MACAddress?
  /// The echo to its own address has this identifier, the one to the VIP the next.
  var identifier: UInt16

  /// Questions to it: in ARP for the VIP, and with a borrowed address echoes to the VIP and to itself.
  func questions(from own: MACAddress, borrowed: IPv4Address?) -> [[UInt8]] {
    guard let mac else { return [] }
    let nobody = IPv4Address(rawValue: 0)
    var frames = [ARPMessage.request(for: vip, from: borrowed ?? nobody, own).frame(from: own, to: mac)]
    guard let borrowed else { return frames }
    frames.append(echo(to: vip, identifier &+ 1, from: borrowed, own, mac))
    if let address { frames.append(echo(to: address, identifier, from: borrowed, own, mac)) }
    return frames
  }

  private func echo(
    to address: IPv4Address, _ identifier: UInt16, from source: IPv4Address, _ own: MACAddress, _ mac: MACAddress
  ) -> [UInt8] {
    let packet = ProbeFrame.bytes(from: (source, identifier), to: (address, 0), .icmp)
    return octets(mac) + octets(own) + packet.dropFirst(12)
      + [UInt8](repeating: 0, count: max(0, ARPMessage.frameLength - packet.count))
  }

  private func octets(_ mac: MACAddress) -> [UInt8] {
    (0..<6).map { UInt8(truncatingIfNeeded: mac.rawValue >> UInt64(40 - 8 * $0)) }
  }

  /// What was heard, as far as it is this server's.
  func examination(_ findings: DoctorFindings, borrowed: Bool) -> DoctorReport.Examination {
    let answersARP = mac.map { findings.claims.contains(DoctorFindings.Claim(address: vip, mac: $0)) }
    let accepts = mac != nil && borrowed ? findings.echoes.contains(identifier &+ 1) : nil
    let answers = mac != nil && borrowed && address != nil ? findings.echoes.contains(identifier) : nil
    let (verdict, advice) = conclusion(accepts: accepts, answersItself: answers, answersARP: answersARP)
    return DoctorReport.Examination(
      service: service, backend: backend, vip: "\(vip)", mac: mac?.description, answersItself: answers,
      acceptsVip: accepts, answersArp: answersARP, verdict: verdict, advice: advice)
  }

  private func conclusion(
    accepts: Bool?, answersItself: Bool?, answersARP: Bool?
  ) -> (DoctorReport.Examination.Verdict, String) {
    if mac == nil {
      return (.bad, "\(address.map { "\($0)" } ?? backend) answers no ARP: is it up, and on the servers' segment?")
    }
    if answersARP == true {
      return (.bad, "it answers ARP for the VIP, so clients may pass Sluice by: set arp_ignore=1 and arp_announce=2")
    }
    switch (accepts, answersItself) {
    case (true?, _): return (.good, "it accepts the VIP, and says so to nobody in ARP")
    case (false?, true?):
      return (.bad, "it answers for its own address but not for the VIP: is the VIP on its loopback?")
    case (false?, false?):
      return (
        .bad,
        "it answers no echo, neither to the VIP nor to its own address: does it, and is the borrowed address of its network?"
      )
    case (false?, nil): return (.bad, "it answers no echo to the VIP: is the VIP on its loopback, and is it up?")
    case (nil, _): return (.unknown, "it is quiet in ARP; whether it accepts the VIP shows with --from")
    }
  }
}
