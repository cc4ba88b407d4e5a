import CDPDKShim
import Glibc

/// DPDK's named pieces of memory.
struct MemoryZones {
  private let zones: [(name: String, range: Range<UInt>)]

  init() {
    var text: UnsafeMutablePointer<CChar>?
    var length = 0
    guard let stream = open_memstream(&text, &length) else {
      zones = []
      return
    }
    rte_memzone_dump(stream)
    fclose(stream)
    defer { free(text) }
    // Zone 0: name:<rte_eth_dev_data>, len:0x35840, virt:0x17ff89480, socket_id:0, flags:0
    zones =
      text.map { String(cString: $0) }?.split(separator: "\n").compactMap { line in
        guard let name = line.split(separator: "<").last?.split(separator: ">").first,
          let length = Self.number(line, after: "len:0x"), let start = Self.number(line, after: "virt:0x")
        else { return nil }
        return (String(name), start..<start + length)
      } ?? []
  }

  private static func number(_ line: Substring, after text: String) -> UInt? {
    guard let range = line.firstRange(of: text) else { return nil }
    return UInt(line[range.upperBound...].prefix { $0.isHexDigit }, radix: 16)
  }

  /// The name of the zone that an address lies in.
  func name(of address: UInt) -> String? { zones.first { $0.range.contains(address) }?.name }
}
