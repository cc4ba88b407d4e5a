import CDPDKShim

/// EAL's worker threads.
public enum LcoreThread {
  /// Starts a function on a worker lcore, which must be idle.
  ///
  /// - Throws: `EALError` when there is no such lcore or it is busy.
  public static func launch(
    _ lcore: UInt32, _ entry: @convention(c) (UnsafeMutableRawPointer?) -> Int32, _ argument: UnsafeMutableRawPointer
  ) throws(EALError) {
    let result = unsafe sluice_lcore_launch(lcore, entry, argument)
    guard result == 0 else { throw .refused("lcore \(lcore) cannot be started: \(systemMessage(result)).") }
  }

  /// Waits until what runs on the lcore has returned.
  public static func wait(_ lcore: UInt32) { _ = sluice_lcore_wait(lcore) }

  /// NUMA node of an lcore.
  public static func socket(of lcore: UInt32) -> Int32 { sluice_lcore_socket(lcore) }
}

/// The signals by which a process is told to stop.
public enum StopSignals {
  /// Leaves SIGTERM, SIGINT and SIGHUP to `wait`. To be called before any other thread exists.
  public static func block() { _ = sluice_signals_block() }

  /// Leaves the signals by which TAP devices tell of frames to the lcores that exist already, instead of this
  /// thread and those that it will start.
  public static func leaveDevices() { sluice_signals_leave() }

  /// The number of the signal that came within the time, if any.
  public static func wait(milliseconds: UInt32) -> Int32? {
    let number = sluice_signals_wait(milliseconds)
    return number == 0 ? nil : number
  }
}
