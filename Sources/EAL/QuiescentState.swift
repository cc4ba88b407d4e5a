import CDPDKShim

/// Quiescent-state-based reclamation over `rte_rcu_qsbr`: readers report, once a loop, that they hold no
/// published pointer; a writer that has published waits for one report from each before it frees.
@safe @frozen
public struct QuiescentState: @unchecked Sendable {
  @usableFromInline let raw: UnsafeMutableRawPointer

  /// - Throws: `EALError` when there is no memory left.
  public init(readers: Int) throws(EALError) {
    guard let variable = unsafe sluice_qsbr_create(UInt32(readers)) else {
      throw .outOfMemory(what: "the quiescent-state variable", errno: sluice_errno())
    }
    unsafe raw = variable
    for reader in 0..<UInt32(readers) {
      let result = unsafe sluice_qsbr_register(raw, reader)
      precondition(result == 0, "a reader index below the count always registers")
    }
  }

  /// A reader is about to begin; from here on a writer waits for its reports.
  public func goOnline(reader: UInt32) { unsafe sluice_qsbr_online(raw, reader) }

  /// A reader stops reading; writers no longer wait for it.
  public func goOffline(reader: UInt32) { unsafe sluice_qsbr_offline(raw, reader) }

  /// The reader holds no published pointer at this moment.
  @_noLocks @inlinable @inline(__always)
  public func report(reader: UInt32) { unsafe sluice_qsbr_quiescent(raw, reader) }

  /// Begins a grace period: the token is passed when each online reader has reported since.
  public func beginGracePeriod() -> UInt64 { unsafe sluice_qsbr_start(raw) }

  /// Whether every online reader has reported since `token`; never waits.
  public func hasPassed(_ token: UInt64) -> Bool { unsafe sluice_qsbr_check(raw, token) == 1 }

  /// Frees the variable; no reader may be online.
  public func destroy() { unsafe sluice_qsbr_destroy(raw) }
}
