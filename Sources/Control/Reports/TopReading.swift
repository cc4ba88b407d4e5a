/// What `sluice top` asks the daemon for, once a round.
public struct TopReading: Sendable {
  /// The instance.
  public var status: StatusReport
  /// The workers' counters.
  public var workers: WorkersReport
  /// The services' sums.
  public var services: ServicesReport
  /// The backends.
  public var backends: BackendsReport
  /// The reasons for drops.
  public var drops: DropsReport
  /// When it was asked.
  public var instant: ContinuousClock.Instant

  /// A reading of now.
  public init(
    status: StatusReport, workers: WorkersReport, services: ServicesReport, backends: BackendsReport,
    drops: DropsReport, instant: ContinuousClock.Instant = .now
  ) {
    self.status = status
    self.workers = workers
    self.services = services
    self.backends = backends
    self.drops = drops
    self.instant = instant
  }

  /// Asks the daemon.
  public init(_ client: ControlClient) throws(ClientError) {
    self.init(
      status: try client.report("/v1/status", as: StatusReport.self),
      workers: try client.report("/v1/workers", as: WorkersReport.self),
      services: try client.report("/v1/services", as: ServicesReport.self),
      backends: try client.report("/v1/backends", as: BackendsReport.self),
      drops: try client.report("/v1/drops", as: DropsReport.self))
  }
}
