/// A keyed 64-bit hash of one or two words: multiply with a secret 64-bit factor to 128 bits and fold,
/// as in wyhash, twice. Unlike CRC it is not linear, so an outsider who chooses addresses and ports cannot
/// compute collisions without the key (`docs/decisions/0002-keyed-hashes.md`). Not a cryptographic
/// hash: what it finds is always compared in full.
///
/// Twice, because one multiplication maps numbers in a row to steps of equal width: with one key in ten,
/// the ports of a few clients then crowd into some buckets (a session table lost up to 13 % of its
/// inserts). After two rounds such inputs spread as random ones do (NetTests, TablesTests).
@frozen
public struct KeyedHash: Sendable {
  @usableFromInline let mask: UInt64
  @usableFromInline let factor: UInt64

  /// The hash with a secret of 128 bits, of which the factor's parity is forced to odd.
  public init(mask: UInt64, factor: UInt64) {
    self.mask = mask
    self.factor = factor | 1
  }

  /// The hash whose key is derived from a configured seed and the purpose it serves.
  public init(seed: UInt64, purpose: UInt64) {
    var state = SplitMix64(state: seed ^ (purpose &* 0x9E37_79B9_7F4A_7C15))
    self.init(mask: state.next(), factor: state.next())
  }

  /// The hash with a key nobody knows.
  public static func random() -> KeyedHash {
    var generator = SystemRandomNumberGenerator()
    return KeyedHash(mask: generator.next(), factor: generator.next())
  }

  /// Hashes one word.
  @_noLocks @inlinable @inline(__always)
  public func callAsFunction(_ word: UInt64) -> UInt64 { round(round(word)) }

  /// Hashes `word` under a `tweak` that is itself hard to guess, such as a service's own key.
  @_noLocks @inlinable @inline(__always)
  public func callAsFunction(_ word: UInt64, tweak: UInt64) -> UInt64 { round(round(word) ^ tweak) }

  @_noLocks @inlinable @inline(__always)
  func round(_ word: UInt64) -> UInt64 {
    let product = (word ^ mask).multipliedFullWidth(by: factor)
    return product.high ^ product.low
  }
}

/// Steele, Lea and Flood's SplitMix64 (OOPSLA 2014): spreads a seed over as many words as are asked for.
@frozen
public struct SplitMix64: RandomNumberGenerator, Sendable {
  @usableFromInline var state: UInt64

  public init(state: UInt64) { self.state = state }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Maps the 32 bits of `hash` onto `0 ..< count` by multiply-high: no division, any count (Lemire, 2019).
@_noLocks @inlinable @inline(__always)
public func reduce(_ hash: UInt32, below count: UInt32) -> UInt32 {
  UInt32(truncatingIfNeeded: (UInt64(hash) &* UInt64(count)) >> 32)
}
