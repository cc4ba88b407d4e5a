/// What is read from the counters, at once.
extension Router {
  static let metricsRoute = Route(.GET, "/metrics") { router, _, _ in
    .now(ControlResponse(contentType: MetricsPage.contentType, body: MetricsPage.data(Reading(of: router.instance))))
  }

  static let reportRoutes = [
    report("/v1/status", StatusReport.init),
    report("/v1/services", ServicesReport.init),
    Route(.GET, "/v1/services/{name}") { router, _, variables in
      guard let report = ServiceDetailReport(variables[0], Reading(of: router.instance)) else {
        throw unknownService(variables[0])
      }
      return .now(try ControlResponse(report))
    },
    Route(.GET, "/v1/backends", ["service"]) { router, request, _ in
      let reading = Reading(of: router.instance)
      guard let name = request.parameter("service") else { return .now(try ControlResponse(BackendsReport(reading))) }
      guard let report = BackendsReport(service: name, reading) else { throw unknownService(name) }
      return .now(try ControlResponse(report))
    },
    report("/v1/workers", WorkersReport.init),
    report("/v1/ports", PortsReport.init),
    report("/v1/drops", DropsReport.init),
    Route(.GET, "/v1/log-level") { router, _, _ in
      .now(try ControlResponse(LogLevelReport(router.controls.logLevel.level)))
    },
    Route(.GET, "/v1/config", ["format"]) { router, request, _ in
      .now(try configuration(router.instance.publisher.state, format: request.parameter("format")))
    },
  ]

  private static func report(_ path: String, _ report: @escaping @Sendable (Reading) -> some Report) -> Route {
    Route(.GET, path) { router, _, _ in .now(try ControlResponse(report(Reading(of: router.instance)))) }
  }
}
