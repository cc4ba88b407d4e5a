import Tables

/// What workers are asked.
extension Router {
  private static let filter: Set<String> = ["service", "backend", "client", "direct"]

  static let sessionRoutes = [
    Route(.GET, "/v1/sessions", filter.union(["limit", "count"])) { router, request, _ in
      let filters = try SessionQuery(request).filters(in: router.instance.publisher.state)
      let desk = try router.controls.sessions
      guard try !request.flag("count") else { return sweep(desk, filters, removing: false) }
      let list = desk.list(filters, limit: try limit(request))
      return .now(ControlResponse(contentType: ControlResponse.json, body: SessionList.head, rest: list))
    },
    Route(.DELETE, "/v1/sessions", filter.union(["all"])) { router, request, _ in
      let query = try SessionQuery(request)
      guard try !query.isEverything || request.flag("all") else {
        throw ControlRefusal(
          .badRequest, "bad_parameter", "say which sessions, or all=true for every session of every service",
          field: "all")
      }
      guard try query.isEverything || !request.flag("all") else {
        throw ControlRefusal(
          .badRequest, "bad_parameter", "'all' goes without 'service' and 'client', which say which sessions",
          field: "all")
      }
      return sweep(
        try router.controls.sessions, try query.filters(in: router.instance.publisher.state), removing: true)
    },
    Route(.GET, "/v1/explain", ["from", "to", "protocol", "flags", "packet", "port"]) { router, request, _ in
      let query = try ExplainQuery(request)
      let desk = try router.controls.sessions
      return .later { done in
        desk.explain(query) { outcome in
          do { done(try ControlResponse(outcome.get())) } catch { done(refusal(error)) }
        }
      }
    },
  ]

  private static func sweep(_ desk: SessionDesk, _ filters: [SessionFilter], removing: Bool) -> Answer {
    .later { done in
      desk.sweep(filters, removing: removing) { report in
        do { done(try ControlResponse(report)) } catch { done(refusal(error)) }
      }
    }
  }

  /// nil: all of them.
  private static func limit(_ request: ControlRequest) throws(ControlRefusal) -> Int? {
    guard let text = request.parameter("limit") else { return nil }
    guard let limit = Int(text), limit > 0, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw ControlRefusal(.badRequest, "bad_parameter", "'limit' is a number above 0", field: "limit")
    }
    return limit
  }
}
