import CDPDKShim

/// A pool of mbufs on one NUMA node. A handle: whoever created it destroys it.
@safe
public struct MbufPool: @unchecked Sendable {
  let raw: UnsafeMutableRawPointer
  /// Mbufs in all.
  public let count: Int
  /// Bytes of data that an mbuf takes, headroom not included.
  public let room: Int

  /// DPDK leaves this much before the data of a received frame (`RTE_PKTMBUF_HEADROOM`).
  public static let headroom = 128

  /// - Parameters:
  ///   - count: mbufs; one less than a power of two uses the memory best.
  ///   - room: bytes of data each takes, besides the headroom.
  ///   - sharesCPUs: several lcores run on one CPU, so that a producer can lose it in mid-operation.
  public static func create(
    name: String, count: Int, room: Int, socket: Int32, sharesCPUs: Bool
  ) throws(EALError) -> MbufPool {
    let ops = sharesCPUs ? "ring_mt_rts" : "ring_mp_mc"
    let pool = unsafe sluice_pool_create(
      name, UInt32(count), 256, UInt16(room + headroom), socket, ops)
    guard let pool = unsafe pool else {
      throw .outOfMemory(what: "\(count) mbufs of \(room) bytes", errno: sluice_errno())
    }
    return unsafe MbufPool(raw: pool, count: count, room: room)
  }

  /// Bytes that a pool takes, with DPDK's own overhead (object header, mbuf, private cache lines).
  public static func byteCount(count: Int, room: Int) -> Int { count * (room + headroom + 128 + 128) }

  /// Mbufs that nobody holds.
  public var available: Int { unsafe Int(sluice_pool_available(raw)) }

  /// A fresh mbuf of `length` bytes; nil when the pool is empty, or has no room for as many. Any thread.
  @_noLocks
  public func take(length: Int) -> Mbuf? {
    guard let mbuf = unsafe sluice_pool_take(raw, UInt16(truncatingIfNeeded: length)) else { return nil }
    return unsafe Mbuf(raw: mbuf)
  }

  /// Frees the pool; every mbuf must be back.
  public func destroy() { unsafe sluice_pool_free(raw) }
}
