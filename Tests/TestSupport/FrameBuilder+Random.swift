import Net

extension FrameBuilder {
  /// A valid frame with everything else random: addresses, ports, flags, IP and TCP options, data, padding.
  public static func random(_ transport: TransportProtocol, using generator: inout some RandomNumberGenerator) -> Self {
    func octets(_ count: Int) -> [UInt8] { (0..<count).map { _ in .random(in: 0...255, using: &generator) } }
    func word() -> UInt16 { .random(in: 0 ... .max, using: &generator) }
    func address() -> IPv4Address { IPv4Address(rawValue: .random(in: 0 ... .max, using: &generator)) }
    let payload: Payload =
      switch transport {
      case .tcp:
        .tcp(
          flags: .random(in: 0...255, using: &generator), sequence: .random(in: 0 ... .max, using: &generator),
          acknowledgment: .random(in: 0 ... .max, using: &generator),
          options: octets(4 * .random(in: 0...10, using: &generator)))
      case .udp: .udp(checksum: Int.random(in: 0..<8, using: &generator) > 0)
      case .icmp: .icmp(type: Bool.random(using: &generator) ? 8 : 0)
      }
    let size = Int.random(in: 0...(Int.random(in: 0..<10, using: &generator) == 0 ? 1400 : 40), using: &generator)
    var frame = FrameBuilder(from: address(), word(), to: address(), word(), payload, data: octets(size))
    if Int.random(in: 0..<4, using: &generator) == 0 {
      frame.options = octets(4 * .random(in: 0...10, using: &generator))
    }
    frame.timeToLive = .random(in: 0...255, using: &generator)
    frame.typeOfService = .random(in: 0...255, using: &generator)
    frame.identification = word()
    frame.fragment = Bool.random(using: &generator) ? 0x4000 : 0
    frame.padding = Int.random(in: 0..<3, using: &generator) == 0 ? Int.random(in: 0...20, using: &generator) : 0
    return frame
  }
}
