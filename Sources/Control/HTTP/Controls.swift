import Logging

/// What the control socket can set in motion.
public struct Controls: Sendable {
  /// Makes changes of the configuration.
  public var changes: ChangeDesk
  /// Asks workers for sessions and decisions.
  public var sessions: SessionDesk
  /// Removes ports and makes them again.
  public var ports: any PortControl
  /// Answers for VIPs and finds servers.
  public var arp: ARPDesk
  /// Examines servers.
  public var doctor: DoctorDesk
  /// The level from which the instance logs.
  public var logLevel: LogThreshold
  /// Says what was done.
  public var log: Logger

  /// The controls of a running instance.
  public init(
    changes: ChangeDesk, sessions: SessionDesk, ports: any PortControl, arp: ARPDesk, doctor: DoctorDesk,
    logLevel: LogThreshold,
    log: Logger
  ) {
    self.changes = changes
    self.sessions = sessions
    self.ports = ports
    self.arp = arp
    self.doctor = doctor
    self.logLevel = logLevel
    self.log = log
  }

  /// Ends what is under way and takes no more. To be called before workers and tables go; not on an event loop.
  public func close() {
    changes.close()
    sessions.close()
    doctor.close()
    arp.close()
  }

  /// Sets the level, and says so if the more talkative of the two lets it.
  func setLogLevel(_ level: Logger.Level) {
    let old = logLevel.level
    guard level != old else { return }
    if level < old { logLevel.level = level }
    log.info("log level \(level) instead of \(old)")
    logLevel.level = level
  }
}
