extension Configuration {
  /// Checks of `dsr` servers that are known by their MAC address alone and cannot be asked by way of the VIP.
  var unmakeableChecks: [Contradiction] {
    let routes = CheckRoutes(self)
    return services.indices.compactMap { index in
      let service = services[index]
      guard service.mode == .dsr, let health = service.health else { return nil }
      let unasked = service.backends.first { routes.isNowhere(health.check.overridden(by: $0.check), of: index, $0) }
      guard let unasked else { return nil }
      return Contradiction(
        key: RootKeys.services.name, service: index, field: ServiceKeys.health.name,
        found: "a check of \(quoted(unasked.name)), which is known by its MAC address alone",
        expected: routes.twin == nil
          ? "'kernel' at the port that faces servers, so that checks reach them by way of the VIP, or 'health.address',"
            + " or 'type: none'"
          : "a check by a protocol and to a port that the service has, 'health.address', or 'type: none'")
    }
  }

  /// What the operator should know of the checks of `dsr` servers; `reference` leads to a service by its position.
  func checkRemarks(_ reference: (Int) -> ConfigurationPath) -> [ConfigurationRemark] {
    guard services.contains(where: { $0.mode == .dsr && $0.health != nil }) else { return [] }
    let routes = CheckRoutes(self)
    return services.indices.compactMap { index in
      let service = services[index]
      guard service.mode == .dsr, let health = service.health else { return nil }
      let isPartial = service.backends.contains { backend in
        let check = health.check.overridden(by: backend.check)
        return check.kind != .none && check.address == nil && !routes.goesToVIP(check, of: index)
          && !routes.isNowhere(check, of: index, backend)
      }
      guard isPartial else { return nil }
      let remedy =
        routes.twin == nil
        ? "with 'kernel' at the port that faces servers checks go to the VIP"
        : "checks go to the VIP by a protocol and to a port that the service has"
      return ConfigurationRemark(
        path: reference(index).key(ServiceKeys.health.name),
        message: "servers are asked at their own addresses, which does not show that they accept \(service.vip):"
          + " \(remedy)")
    }
  }

  /// The first service that has an address of this machine itself, for its VIP or for a server.
  var serviceAtOwnAddress: (service: Int, own: PortSettings.OwnAddress, isVIP: Bool)? {
    for own in ports.flatMap(\.ownAddresses) {
      for (index, service) in services.enumerated() {
        if service.vip == own.address { return (index, own, true) }
        if service.backends.contains(where: { $0.address == own.address }) { return (index, own, false) }
      }
    }
    return nil
  }
}
