import Net

/// Frames of 60 bytes, UDP over IPv4: made once, then patched for each flow.
struct Traffic {
  static let vip = IPv4Address(192, 168, 1, 100)
  static let vipPort: UInt16 = 80
  static let frameLength = 60

  /// The client of a flow: 4096 ports an address.
  static func client(_ flow: Int) -> Endpoint {
    Endpoint(IPv4Address(rawValue: 0x0A00_0000 + UInt32(flow >> 12)), UInt16(1024 + flow & 4095), .udp)
  }

  /// Writes a frame from one endpoint to another at `frame`.
  static func write(_ frame: UnsafeMutableRawPointer, from source: Endpoint, to destination: Endpoint) {
    frame.initializeMemory(as: UInt8.self, repeating: 0, count: frameLength)
    frame.storeBytes(of: UInt16(0x0800).bigEndian, toByteOffset: 12, as: UInt16.self)
    frame.storeBytes(of: 0x45, toByteOffset: 14, as: UInt8.self)
    frame.storeBytes(of: UInt16(46).bigEndian, toByteOffset: 16, as: UInt16.self)
    frame.storeBytes(of: 64, toByteOffset: 22, as: UInt8.self)
    frame.storeBytes(of: 17, toByteOffset: 23, as: UInt8.self)
    frame.storeBytes(of: source.address.rawValue.bigEndian, toByteOffset: 26, as: UInt32.self)
    frame.storeBytes(of: destination.address.rawValue.bigEndian, toByteOffset: 30, as: UInt32.self)
    frame.storeBytes(of: source.port.bigEndian, toByteOffset: 34, as: UInt16.self)
    frame.storeBytes(of: destination.port.bigEndian, toByteOffset: 36, as: UInt16.self)
    frame.storeBytes(of: UInt16(26).bigEndian, toByteOffset: 38, as: UInt16.self)
    frame.storeBytes(of: 0x1234, toByteOffset: 40, as: UInt16.self)
  }
}
