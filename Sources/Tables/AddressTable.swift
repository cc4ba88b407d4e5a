import Net

/// The addresses that ARP packets are looked at for: VIPs that are answered, servers that are resolved. Open
/// addressing, at most half full, immutable once built. Only ARP packets ever ask.
///
/// What is in it comes from the configuration: an outsider chooses what is looked for, never what is found on the way.
///
/// A view: the table set owns the memory.
@safe @frozen
public struct AddressTable {
  @usableFromInline let slots: UnsafeMutablePointer<KnownAddress>
  @usableFromInline let mask: UInt32
  /// Whether nothing is in it, so that ARP needs no look.
  public let isEmpty: Bool

  /// Allocates and fills the table; `deallocate` frees it. Of two entries of an address the first counts.
  init(_ addresses: [KnownAddress]) {
    var count = 4
    while count < addresses.count * 2 { count *= 2 }
    let slots = UnsafeMutablePointer<KnownAddress>.allocate(capacity: count)
    unsafe slots.initialize(repeating: .vacant, count: count)
    let mask = UInt32(count - 1)
    for address in addresses where address.address.rawValue != 0 {
      var slot = Self.slot(of: address.address, mask)
      while unsafe slots[slot].address.rawValue != 0, unsafe slots[slot].address != address.address {
        slot = (slot + 1) & Int(mask)
      }
      if unsafe slots[slot].address.rawValue == 0 { unsafe slots[slot] = address }
    }
    unsafe self.slots = unsafe slots
    self.mask = mask
    isEmpty = addresses.isEmpty
  }

  func deallocate() { unsafe slots.deallocate() }

  /// Where the search for an address begins: neighbours on a segment differ in their last octets, which a
  /// multiplication by the golden ratio spreads (Knuth, The Art of Computer Programming, 6.4).
  @_noLocks @inlinable @inline(__always)
  static func slot(of address: IPv4Address, _ mask: UInt32) -> Int {
    let product = address.rawValue &* 0x9E37_79B9
    return Int((product ^ product >> 16) & mask)
  }

  /// What is known of an address; nil: nothing.
  @_noLocks @inlinable
  public func entry(of address: IPv4Address) -> KnownAddress? {
    // Half of the slots at least are empty, so the search ends.
    var slot = Self.slot(of: address, mask)
    while unsafe slots[slot].address.rawValue != address.rawValue {
      if unsafe slots[slot].address.rawValue == 0 { return nil }
      slot = (slot &+ 1) & Int(mask)
    }
    return address.rawValue == 0 ? nil : unsafe slots[slot]
  }
}
