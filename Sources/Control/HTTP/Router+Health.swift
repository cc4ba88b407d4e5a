import Foundation

/// Whether the backends work, what others say of them, and what happens.
extension Router {
  static let healthRoutes = [
    Route(.GET, "/v1/health", ["service"]) { router, request, _ in
      let name = request.parameter("service")
      guard let report = HealthReport(router.instance, service: name) else { throw unknownService(name ?? "") }
      return .now(try ControlResponse(report))
    },
    Route(.PUT, "/v1/health") { router, request, _ in
      try wantJSON(request)
      let orders = try HealthOrders(request.body)
      let changed = try router.instance.health.obey(orders)
      return .now(
        try ControlResponse(HealthOrderReport(source: orders.source, backends: orders.items.count, changed: changed)))
    },
    Route(.GET, "/v1/events", ["since", "wait"]) { router, request, _ in
      let log = router.instance.health.events
      // Streams have no end: they are not to keep everybody else out.
      let limit = max(1, router.instance.publisher.state.configuration.control.connections / 2)
      guard log.streams < limit else {
        throw ControlRefusal(
          .serviceUnavailable, "too_many_streams",
          "\(limit) clients follow the events already, half of 'control.connections': try again later")
      }
      let stream = EventStream(
        log, since: try number(request, "since"),
        wait: try number(request, "wait").map { .seconds($0) })
      return .now(ControlResponse(contentType: "text/event-stream", body: Data(": sluice\n\n".utf8), rest: stream))
    },
  ]

  private static func number(_ request: ControlRequest, _ name: String) throws(ControlRefusal) -> UInt64? {
    guard let text = request.parameter(name) else { return nil }
    let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) } && text.utf8.count <= 15
    guard isNumber, let number = UInt64(text) else {
      throw ControlRefusal(.badRequest, "bad_parameter", "'\(name)' is a number", field: name)
    }
    return number
  }
}
