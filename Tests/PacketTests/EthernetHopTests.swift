import Net
import Packet
import TestSupport
import Testing

/// What a burst's hop compares and writes.
@Suite struct EthernetHopTests {
  private static let station = MACAddress(rawValue: 0x02_1122_334455)
  private static let exit = MACAddress(rawValue: 0x0A_BBCC_DDEEFF)

  @Test(arguments: [0x04_0506_070809, 0xFE_DCBA_987654, 0] as [UInt64])
  func `63: both addresses are written octet by octet as they read, and nothing else`(_ server: UInt64) {
    let frame = GuardedBuffer([UInt8](repeating: 0x77, count: 60))
    let octets = MACOctets(MACAddress(rawValue: server))
    #expect(octets.address == MACAddress(rawValue: server))
    EthernetHop(to: nil, from: Self.exit).write(frame.base, to: octets)
    let expected = (0..<6).map { UInt8(truncatingIfNeeded: server >> UInt64(40 - $0 * 8)) }
    #expect(frame.bytes() == expected + [0x0A, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF] + [UInt8](repeating: 0x77, count: 48))
  }

  @Test func `10: a frame is for the station if all six octets say so, whoever sent it`() {
    var frame: [UInt8] = [0x02, 0x11, 0x22, 0x33, 0x44, 0x55] + [UInt8](repeating: 0xAA, count: 54)
    func isFor(_ station: MACAddress?) -> Bool {
      let buffer = GuardedBuffer(frame)
      return withExtendedLifetime(buffer) { EthernetHop(to: station, from: Self.exit).isFor(buffer.base) }
    }
    #expect(isFor(Self.station) && !isFor(nil))
    for octet in 0..<6 {
      frame[octet] ^= 1
      #expect(!isFor(Self.station) && !isFor(nil))
      frame[octet] ^= 1
    }
    frame = [UInt8](repeating: 0, count: 60)
    #expect(!isFor(nil) && isFor(.zero))
  }
}
