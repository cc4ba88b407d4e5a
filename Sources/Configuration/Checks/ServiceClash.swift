import Net

/// Two services that cannot stand beside each other; services and backends are meant by their positions.
enum ServiceClash: Equatable {
  /// A second service of one name.
  case name(service: Int, owner: Int)
  /// A second service for one endpoint.
  case endpoint(Endpoint, service: Int, owner: Int)
  /// A second MAC address for one VIP.
  case mac(service: Int, owner: Int)
  /// A backend that is a service itself.
  case loop(Endpoint, service: Int, backend: Int, owner: Int)
  /// A backend at the MAC address of a VIP: frames to it would come back.
  case loopByMAC(MACAddress, service: Int, backend: Int, owner: Int)

  /// The service that cannot be there, or not as it is.
  var service: Int {
    switch self {
    case .name(let service, _), .mac(let service, _), .endpoint(_, let service, _), .loop(_, let service, _, _),
      .loopByMAC(_, let service, _, _):
      service
    }
  }

  /// The service that it clashes with.
  var owner: Int {
    switch self {
    case .name(_, let owner), .mac(_, let owner), .endpoint(_, _, let owner), .loop(_, _, _, let owner),
      .loopByMAC(_, _, _, let owner):
      owner
    }
  }
}
