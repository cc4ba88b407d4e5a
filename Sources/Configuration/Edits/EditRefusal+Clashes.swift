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

  /// A service that has an address of this machine on a port, for itself or for a server.
  init(_ service: ServiceSettings, atTwinOf port: PortSettings, isVIP: Bool) {
    let taken = isVIP ? [service.vip] : service.backends.map(\.address)
    let own = [(port.kernel?.address.address, "kernel"), (port.arpSource, "arp_source")]
    let (address, key) = own.first { $0.0.map(taken.contains) ?? false } ?? (nil, "kernel")
    self.init(
      .conflict, "address_taken",
      "\(address.map { "\($0)" } ?? ""), which the service \(quoted(service.name)) has for"
        + " \(isVIP ? "its VIP" : "a server"), is this machine's on port \(port.name) (\(key))",
      field: isVIP ? ServiceKeys.vip.name : BackendKeys.address.name)
  }
}
