import EAL
import Net

/// Maps `address:port/protocol` to the service or the backends it belongs to: open addressing, at most a
/// quarter full, exact. Immutable once built.
///
/// What is in it comes from the configuration, so one multiplication is hash enough: an outsider can choose what
/// is looked for, never what is found on the way there. The table is built with several random factors, and the one
/// that leaves the shortest run of occupied slots is kept, which bounds every search.
///
/// A view: the table set owns the memory.
@safe @frozen
public struct EndpointTable {
  @frozen @usableFromInline
  struct Slot {
    /// `Endpoint.packed`; 0: empty.
    @usableFromInline var key: UInt64
    @usableFromInline var claim: EndpointClaim

    @inlinable
    init(key: UInt64, claim: EndpointClaim) {
      self.key = key
      self.claim = claim
    }
  }

  @usableFromInline let slots: UnsafeMutablePointer<Slot>
  @usableFromInline let factor: UInt64
  /// Slots that the hash reaches are 2 to the power of 64 less this.
  @usableFromInline let shift: UInt64
  /// Slots in a row that are occupied, at most.
  let longestRun: Int

  /// Factors that are tried.
  private static let attempts = 4

  /// Allocates and fills the table; `deallocate` frees it. A later entry of an endpoint replaces an earlier.
  ///
  /// - Parameter hash: where the factors come from; its key should be known to nobody.
  init(_ entries: [(Endpoint, EndpointClaim)], hash: KeyedHash) {
    let bits = UInt64(64 - (max(4, entries.count) * 4 - 1).leadingZeroBitCount)
    let factors = (0..<UInt64(Self.attempts)).map { hash($0) | 1 }
    var best = unsafe Self.fill(entries, factors[0], bits)
    for factor in factors.dropFirst() where unsafe best.run > 1 {
      let other = unsafe Self.fill(entries, factor, bits)
      let isBetter = unsafe other.run < best.run
      unsafe (isBetter ? best : other).slots.deallocate()
      if isBetter { unsafe best = unsafe other }
    }
    unsafe slots = unsafe best.slots
    factor = unsafe best.factor
    shift = 64 - bits
    longestRun = unsafe best.run
  }

  private static func fill(
    _ entries: [(Endpoint, EndpointClaim)], _ factor: UInt64, _ bits: UInt64
  ) -> (slots: UnsafeMutablePointer<Slot>, factor: UInt64, run: Int) {
    // Beyond what the hash reaches, room for the longest run there can be, and an empty end for searching.
    let count = 1 << Int(bits) + entries.count + 1
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: count)
    unsafe slots.initialize(repeating: Slot(key: 0, claim: .nobody), count: count)
    for (endpoint, claim) in entries {
      var slot = unsafe slots + Int((endpoint.packed &* factor) >> (64 - bits))
      while unsafe slot.pointee.key != 0, unsafe slot.pointee.key != endpoint.packed { unsafe slot += 1 }
      unsafe slot.pointee = Slot(key: endpoint.packed, claim: claim)
    }
    var longest = 0
    var run = 0
    for index in 0..<count {
      run = unsafe slots[index].key == 0 ? 0 : run + 1
      longest = max(longest, run)
    }
    return unsafe (slots, factor, longest)
  }

  func deallocate() { unsafe slots.deallocate() }

  /// Whether the table is larger than a first-level cache, so that a slot had better be asked for early.
  @inlinable @inline(__always)
  public var isLarge: Bool { @_noLocks get { shift < 64 - 11 } }

  /// Asks for the slot where the search for an endpoint begins.
  @_noLocks @inlinable @inline(__always)
  public func prefetch(_ endpoint: Endpoint) {
    unsafe EAL.prefetch(UnsafeRawPointer(slot(of: endpoint)))
  }

  /// Whose the endpoint is.
  @_noLocks @inlinable @inline(__always)
  public func claim(of endpoint: Endpoint) -> EndpointClaim { nearClaim(of: endpoint) ?? farClaim(of: endpoint) }

  /// Whose the endpoint is, if it is where the search for it begins, as nearly all are.
  @_noLocks @inlinable @inline(__always)
  public func nearClaim(of endpoint: Endpoint) -> EndpointClaim? {
    let slot = unsafe slot(of: endpoint)
    return unsafe slot.pointee.key == endpoint.packed ? slot.pointee.claim : nil
  }

  /// Whose the endpoint is that is not where the search begins.
  @_noLocks @inlinable @inline(__always)
  public func farClaim(of endpoint: Endpoint) -> EndpointClaim {
    // Searching ends at an empty slot: there is one beyond the last that filling can reach.
    var slot = unsafe slot(of: endpoint)
    repeat {
      if unsafe slot.pointee.key == 0 { return .nobody }
      unsafe slot += 1
    } while unsafe slot.pointee.key != endpoint.packed
    return unsafe slot.pointee.claim
  }

  /// Where the search for an endpoint begins.
  @_noLocks @inlinable @inline(__always)
  func slot(of endpoint: Endpoint) -> UnsafeMutablePointer<Slot> {
    unsafe slots + Int(truncatingIfNeeded: (endpoint.packed &* factor) &>> shift)
  }

  /// Whose an endpoint is that nobody claims by itself: a service's that claims every port of its VIP, or nobody's.
  @_noLocks @inline(never)
  public func claimOfAnyPort(of endpoint: Endpoint) -> EndpointClaim {
    let claim = claim(of: Endpoint(endpoint.address, 0, endpoint.transport))
    // Port 0 of a backend that has no ports is no wildcard.
    return claim.isByMAC ? claim : .nobody
  }
}
