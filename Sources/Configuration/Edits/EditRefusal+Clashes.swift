extension EditRefusal {
  /// Two services that cannot stand beside each other after the service at `changed` was changed, or one was removed.
  init(_ clash: ServiceClash, between services: [ServiceSettings], changed: Int?) {
    let service = services[clash.service]
    let owner = services[clash.owner]
    let other = quoted(clash.service == changed ? owner.name : service.name)
    switch clash {
    case .name:
      self.init(
        .conflict, "service_exists", "the name \(quoted(service.name)) is that of the service \(owner.identity)",
        field: ServiceKeys.name.name)
    case .endpoint(let endpoint, _, _):
      self.init(
        .conflict, "endpoint_taken",
        "\(endpoint) is claimed by the service \(other) already (all is tcp and udp)", field: ServiceKeys.vip.name)
    case .mac:
      self.init(
        .conflict, "vip_mac", "the service \(other) tells its clients another MAC address for \(service.vip)",
        field: ServiceKeys.mac.name)
    case .loop(let endpoint, _, let position, _):
      self.init(
        .conflict, "service_loop",
        "\(endpoint), where the service \(quoted(service.name)) has the backend"
          + " \(quoted(service.backends[position].name)), is the service \(quoted(owner.name)):"
          + " a service behind a service is a loop",
        field: clash.service == changed ? BackendKeys.address.name : ServiceKeys.vip.name)
    case .loopByMAC(let mac, _, let position, _):
      self.init(
        .conflict, "service_loop",
        "\(mac), where the service \(quoted(service.name)) has the backend"
          + " \(quoted(service.backends[position].name)), is the MAC address of the VIP of \(quoted(owner.name)):"
          + " frames to it would come back",
        field: clash.service == changed ? BackendKeys.mac.name : ServiceKeys.mac.name)
    }
  }

  /// Settings that cannot stand together after a change.
  init(_ contradiction: Contradiction, in configuration: Configuration) {
    let service = contradiction.service.map { configuration.services[$0].name }
    let ofMode = contradiction.field == ServiceKeys.mode.name
    self.init(
      .conflict, service == nil ? "unmatched_pass" : ofMode ? "one_arm" : "unreachable_check",
      "\(service.map { "the service \(quoted($0))" } ?? contradiction.key): found \(contradiction.found), expected"
        + " \(contradiction.expected)",
      field: service == nil ? contradiction.key : contradiction.field)
  }

  /// A service that has an address of this machine itself, for its VIP or for a server.
  init(_ service: ServiceSettings, at own: PortSettings.OwnAddress, isVIP: Bool) {
    self.init(
      .conflict, "address_taken",
      "\(own.address), which the service \(quoted(service.name)) has for \(isVIP ? "its VIP" : "a server"), is this"
        + " machine's on port \(own.port) (\(own.key))",
      field: isVIP ? ServiceKeys.vip.name : BackendKeys.address.name)
  }
}
