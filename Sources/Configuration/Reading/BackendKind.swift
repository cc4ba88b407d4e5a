/// How a service's backends are given.
enum BackendKind {
  /// By address and port.
  case withPort
  /// By address alone: ICMP has no ports.
  case withoutPort
  /// By MAC address, or by an address that is resolved (`dsr`).
  case byMAC

  /// That of a service's backends.
  init(_ mode: ServiceSettings.Mode, _ protocols: ServiceSettings.Protocols) {
    switch (mode, protocols) {
    case (.dsr, _): self = .byMAC
    case (.nat, .icmp): self = .withoutPort
    case (.nat, .tcp), (.nat, .udp), (.nat, .all): self = .withPort
    }
  }

  /// The key `address` of such backends.
  var address: Key<BackendIdentity> {
    switch self {
    case .withPort: BackendKeys.addressWithPort
    case .withoutPort: BackendKeys.addressWithoutPort
    case .byMAC: BackendKeys.addressOfDSR
    }
  }

  /// One word that stands for such a backend.
  var word: ScalarForm<BackendIdentity> { self == .byMAC ? .serverOfDSR : address.form }
}

extension ServiceSettings {
  /// How its backends are given.
  var backendKind: BackendKind { BackendKind(mode, protocols) }
}
