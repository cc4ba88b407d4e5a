import NIOHTTP1

/// What Sluice tells and knows of addresses on its segments.
extension Router {
  static let arpRoutes = [
    Route(.GET, "/v1/arp") { router, _, _ in
      .now(try ControlResponse(ARPReport(Reading(of: router.instance), router.controls.arp.neighbours)))
    },
    Route(.POST, "/v1/arp/announcements", ["service"]) { router, request, _ in
      let services = router.instance.publisher.state.configuration.services.filter(\.answersARP)
      guard let name = request.parameter("service") else {
        let announcements = try router.controls.arp.announce(Set(services.map(\.vip)))
        return .now(try ControlResponse(AnnouncementReport(announcements: announcements)))
      }
      guard router.instance.publisher.state.configuration.services.contains(where: { $0.name == name }) else {
        throw unknownService(name)
      }
      guard let service = services.first(where: { $0.name == name }) else {
        throw ControlRefusal(
          .conflict, "not_answered", "Sluice answers no ARP for service '\(name)', so there is nothing to announce",
          field: "service")
      }
      let announcements = try router.controls.arp.announce([service.vip])
      return .now(try ControlResponse(AnnouncementReport(announcements: announcements)))
    },
  ]
}
