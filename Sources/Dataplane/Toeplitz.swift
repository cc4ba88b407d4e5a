import Net

/// The Toeplitz hash over a client's address and port, and the indirection table, as RSS hardware applies
/// them to source-only or destination-only fields (Microsoft's RSS specification, "Verifying the RSS Hash
/// Calculation"). By octet look-up instead of bit by bit: six loads a packet.
///
/// A handle: memory from `create` to `destroy`.
@safe @frozen
public struct Toeplitz: @unchecked Sendable {
  /// For each of the six input octets, what each of its values adds.
  @usableFromInline let octets: UnsafeMutablePointer<UInt32>
  /// Workers by the hash's low bits; a power of two of them.
  @usableFromInline let redirection: UnsafeMutablePointer<WorkerIndex>
  @usableFromInline let redirectionMask: UInt32

  /// - Parameters:
  ///   - key: the device's key, at least ten octets: six of input and the 32-bit window.
  ///   - redirection: owner of each entry; a power of two entries.
  public static func create(key: [UInt8], redirection: [WorkerIndex]) -> Toeplitz {
    precondition(key.count >= 10, "a Toeplitz key covers its input and 32 bits more")
    precondition(redirection.count.nonzeroBitCount == 1, "an indirection table has a power of two of entries")
    let octets = UnsafeMutablePointer<UInt32>.allocate(capacity: 6 * 256)
    for octet in 0..<6 {
      for value in 0..<256 {
        unsafe (octets + octet * 256 + value).initialize(to: contribution(of: value, at: octet, key: key))
      }
    }
    let table = UnsafeMutablePointer<WorkerIndex>.allocate(capacity: redirection.count)
    for (index, worker) in redirection.enumerated() { unsafe (table + index).initialize(to: worker) }
    return unsafe Toeplitz(octets: octets, redirection: table, redirectionMask: UInt32(redirection.count - 1))
  }

  init(octets: UnsafeMutablePointer<UInt32>, redirection: UnsafeMutablePointer<WorkerIndex>, redirectionMask: UInt32) {
    unsafe self.octets = octets
    unsafe self.redirection = redirection
    self.redirectionMask = redirectionMask
  }

  public func destroy() {
    unsafe octets.deallocate()
    unsafe redirection.deallocate()
  }

  /// The key's 32-bit windows at the set bits of one input octet, added without carry.
  private static func contribution(of value: Int, at octet: Int, key: [UInt8]) -> UInt32 {
    let window = key[octet..<octet + 5].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return (0..<8).reduce(UInt32(0)) { sum, bit in
      value >> (7 - bit) & 1 == 0 ? sum : sum ^ UInt32(truncatingIfNeeded: window >> UInt64(8 - bit))
    }
  }

  /// The hash of the six octets address and port; of the four of the address alone without `port`.
  @_noLocks @inlinable @inline(__always)
  public func hash(address: IPv4Address, port: UInt16, withPort: Bool) -> UInt32 {
    let a = address.rawValue
    // In range: six tables of 256.
    let first = unsafe octets[Int(a >> 24)] ^ octets[256 &+ Int(a >> 16 & 255)]
    let second = unsafe octets[512 &+ Int(a >> 8 & 255)] ^ octets[768 &+ Int(a & 255)]
    guard withPort else { return first ^ second }
    return unsafe first ^ second ^ octets[1024 &+ Int(port >> 8)] ^ octets[1280 &+ Int(port & 255)]
  }

  @_noLocks @inlinable @inline(__always)
  public func worker(of client: Endpoint) -> WorkerIndex {
    let value = hash(address: client.address, port: client.port, withPort: client.transport.hasPorts)
    // In range: the mask is the count, a power of two, less one.
    return unsafe redirection[Int(value & redirectionMask)]
  }
}
