import CDPDKShim

/// The time-stamp counter: constant-rate cycles since some moment, read in about 20 cycles.
public enum Clock {
  @_noLocks @inlinable @inline(__always)
  public static func now() -> UInt64 { sluice_tsc() }

  /// Cycles per second, measured by EAL at start.
  public static var frequency: UInt64 { sluice_tsc_hz() }

  /// Tells the core that it spins, for some tens of cycles.
  @_noLocks @inlinable @inline(__always)
  public static func pause() { sluice_pause() }

  /// Gives the core away for at least that long.
  @_noLocks @inlinable @inline(__always)
  public static func sleep(microseconds: UInt32) { sluice_sleep_microseconds(microseconds) }
}
