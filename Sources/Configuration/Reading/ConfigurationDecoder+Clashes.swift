extension ConfigurationDecoder {
  /// Notes the services that cannot stand beside each other.
  func refuseClashes(between services: [DecodedService]) {
    for clash in ServiceClashes(between: services.map(\.settings)).all {
      let service = services[clash.service]
      let owner = services[clash.owner].reference
      switch clash {
      case .name:
        refuse(
          service.fields, ServiceKeys.name.name, found: "\(quoted(service.settings.name)), the name of \(owner)",
          expected: "a name of its own")
      case .endpoint(let endpoint, _, _):
        findings.refuse(
          service.fields.path, at: service.fields.position, found: "\(endpoint), which is already \(owner)",
          expected: "one service for each address, port and protocol (all is tcp and udp)")
      case .mac:
        refuse(
          service.fields, ServiceKeys.mac.name,
          found: "\(service.settings.mac?.description ?? "nothing"), and another for this VIP in \(owner)",
          expected: "one MAC address for each VIP")
      case .loop(let endpoint, _, let position, _):
        let backend = service.backends[position]
        findings.refuse(
          backend.path, at: backend.position, found: "\(endpoint), which is \(owner)",
          expected: "a server's own address: a service behind a service is a loop")
      case .loopByMAC(let mac, _, let position, _):
        let backend = service.backends[position]
        findings.refuse(
          backend.path, at: backend.position, found: "\(mac), the MAC address of the VIP of \(owner)",
          expected: "a server's own: frames to it would come back")
      }
    }
  }
}
