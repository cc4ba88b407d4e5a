import Net

/// By which port the hosts that talked to a kernel twin are reached, as a bridge learns it. Of the worker that has
/// the twin's queue. Each address has one place, which the last to come keeps: a host that lost its place is reached
/// through both ports until it is heard again.
@safe
struct NeighborSides: ~Copyable {
  private static var places: Int { @_noLocks get { 256 } }
  /// MAC address 48, then one more than the port 16; 0: nobody.
  private let words: UnsafeMutablePointer<UInt64>

  init() {
    unsafe words = .allocateLines(capacity: Self.places)
    unsafe words.initialize(repeating: 0, count: Self.places)
  }

  deinit { unsafe words.deallocate() }

  /// Notes where a host was heard.
  @_noLocks
  mutating func note(_ host: MACAddress, at port: PortIndex) {
    guard !host.isGroup else { return }
    unsafe words[Self.place(of: host)] = host.rawValue << 16 | UInt64(port.rawValue) &+ 1
  }

  /// Where a host was heard last; nil: it was not.
  @_noLocks
  func side(of host: MACAddress) -> PortIndex? {
    let word = unsafe words[Self.place(of: host)]
    guard word != 0, word >> 16 == host.rawValue else { return nil }
    return PortIndex(UInt8(truncatingIfNeeded: word &- 1))
  }

  /// Multiplication spreads the vendor's running numbers (Knuth, TAOCP 6.4); the product's highest bits are the place.
  @_noLocks
  private static func place(of host: MACAddress) -> Int {
    Int(truncatingIfNeeded: (host.rawValue &* 0x9E37_79B9_7F4A_7C15) &>> 56)
  }
}
