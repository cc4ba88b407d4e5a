/// Internet checksums, the slow and obvious way (RFC 1071).
public enum Checksums {
  /// The checksum of octets whose own checksum field is zero.
  public static func internet(_ bytes: [UInt8]) -> UInt16 {
    var sum = 0
    // By pointer: an array's own loop is what takes the time of an unoptimised test run.
    bytes.withUnsafeBytes { octets in
      var index = 0
      while index < octets.count {
        sum &+= index & 1 == 0 ? Int(octets[index]) << 8 : Int(octets[index])
        index &+= 1
      }
    }
    while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
    return ~UInt16(sum)
  }

  /// What is wrong with the checksums of an unfragmented IPv4 frame; empty if nothing is.
  public static func faults(of frame: [UInt8]) -> [String] {
    guard frame.count >= 34, frame[12] == 8, frame[13] == 0 else { return [] }
    let headerLength = Int(frame[14] & 15) * 4
    let total = Int(frame[16]) << 8 | Int(frame[17])
    let header = Array(frame[14..<14 + headerLength])
    let payload = Array(frame[(14 + headerLength)..<(14 + total)])
    var faults: [String] = []
    if !isValid(header) { faults.append("IPv4 header checksum") }
    let pseudo = Array(frame[26..<34]) + [0, frame[23], UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    switch frame[23] {
    case 6: if !isValid(pseudo + payload) { faults.append("TCP checksum") }
    case 17:
      let isAbsent = payload[6] == 0 && payload[7] == 0
      if !isAbsent, !isValid(pseudo + payload) { faults.append("UDP checksum") }
    case 1: if !isValid(payload) { faults.append("ICMP checksum") }
    default: break
    }
    return faults
  }

  /// Octets with their checksum in place add up to all ones.
  private static func isValid(_ bytes: [UInt8]) -> Bool { internet(bytes) == 0 }
}
