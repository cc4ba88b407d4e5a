import Net

private let octetPattern = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
private let addressPattern = "\(octetPattern)(\\.\(octetPattern)){3}"
private let stationPattern = "[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}"
private let portPattern = ":[1-9][0-9]{0,4}"

extension ScalarForm<IPv4Address> {
  /// An address that one machine can have on a network.
  static var unicast: ScalarForm {
    ScalarForm(
      .text(pattern: "^\(addressPattern)$"), "a unicast IPv4 address such as 203.0.113.10",
      text: { text in IPv4Address(text).flatMap { $0.isHostAddress ? $0 : nil } })
  }
}

extension ScalarForm<IPv4Prefix> {
  /// An address, or a network with any address in it.
  static var prefix: ScalarForm {
    ScalarForm(
      .text(pattern: "^\(addressPattern)(/(3[0-2]|[12]?[0-9]))?$"),
      "an IPv4 address or prefix such as 10.0.0.1 or 10.0.0.0/24",
      text: { text in IPv4Prefix(text).flatMap { $0.address.isMulticast ? nil : $0 } })
  }
}

extension ScalarForm<InterfaceAddress> {
  /// An address that a machine has on a network, which is neither the network's own nor its broadcast.
  static var interfaceAddress: ScalarForm {
    ScalarForm(
      .text(pattern: "^\(addressPattern)/([1-9]|[12][0-9]|3[0-2])$"),
      "a unicast IPv4 address and the bits of its network, such as 10.0.1.250/24", text: parse)
  }

  @Sendable private static func parse(_ text: String) -> InterfaceAddress? {
    let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2, let address = IPv4Address(halves[0]), address.isHostAddress,
      let prefix = decimal(halves[1]).flatMap(UInt8.init(exactly:)), (1...32).contains(prefix)
    else { return nil }
    // Two hosts on a wire have no other addresses (RFC 3021).
    let host = prefix == 32 ? 1 : address.rawValue & (UInt32.max >> UInt32(prefix))
    let isReserved = prefix < 31 && (host == 0 || host == UInt32.max >> UInt32(prefix))
    return isReserved ? nil : InterfaceAddress(address: address, prefix: prefix)
  }
}

extension ScalarForm<MACAddress> {
  /// An address that one station can have on a link: neither zero nor a group's.
  static var station: ScalarForm {
    let expectation = "a MAC address such as 02:00:00:00:00:64"
    return ScalarForm(
      .text(pattern: "^\(stationPattern)$"), expectation,
      refusing: { scalar throws(Refusal) in
        guard let mac = MACAddress(scalar.text) else { throw Refusal() }
        guard !mac.isZero else { throw Refusal(remark: ", which no station has", expectation: expectation) }
        guard !mac.isGroup else {
          throw Refusal(remark: ", the address of a group", expectation: "\(expectation), of one station")
        }
        return mac
      })
  }
}

extension ScalarForm<ListenAddress> {
  /// An address and a port to listen on.
  static var listen: ScalarForm {
    ScalarForm(
      .text(pattern: "^\(addressPattern)\(portPattern)$"), "an IPv4 address and port such as 127.0.0.1:9185",
      text: { text in
        let (address, port) = endpoint(text)
        guard let address, let port, !address.isMulticast else { return nil }
        return ListenAddress(address: address, port: port)
      })
  }
}

extension ScalarForm<BackendIdentity> {
  /// Where a server is, while it is not known whether the service has ports.
  static var backend: ScalarForm {
    ScalarForm(
      .text(pattern: "^\(addressPattern)(\(portPattern))?$"), withPort,
      text: { text in BackendIdentity.parse(text).flatMap { $0.mac == nil ? $0 : nil } })
  }

  /// Where a server is, for services whose protocol has ports.
  static var backendWithPort: ScalarForm {
    ScalarForm(
      backend.kind, withPort, text: { text in BackendIdentity.parse(text).flatMap { $0.port == 0 ? nil : $0 } })
  }

  /// Where a server is, in `dsr` services: its own address, which is resolved.
  static var backendOfDSR: ScalarForm {
    ScalarForm(
      backend.kind, "a unicast IPv4 address such as 10.0.1.2, without a port: in a dsr service it stays the client's",
      text: { text in BackendIdentity.parse(text).flatMap { $0.port == 0 && $0.mac == nil ? $0 : nil } })
  }

  /// A server of a `dsr` service in one word: its MAC address, or its own.
  static var serverOfDSR: ScalarForm {
    ScalarForm(
      backend.kind, "a MAC address such as 02:00:00:00:00:01, or a unicast IPv4 address such as 10.0.1.2",
      text: { text in BackendIdentity.parse(text).flatMap { $0.port == 0 ? $0 : nil } })
  }

  /// Where a server is, for `icmp` services.
  static var backendWithoutPort: ScalarForm {
    ScalarForm(
      backend.kind, "a unicast IPv4 address such as 10.0.1.2, without a port: ICMP has none",
      text: { text in BackendIdentity.parse(text).flatMap { $0.port == 0 && $0.mac == nil ? $0 : nil } })
  }

  private static var withPort: String { "a unicast IPv4 address and port such as 10.0.1.2:8080" }
}

extension BackendIdentity {
  /// Reads `address` or `address:port`, or a station's MAC address.
  static func parse(_ text: String) -> BackendIdentity? {
    if let mac = MACAddress(text) { return mac.isStation ? BackendIdentity(mac: mac) : nil }
    let (address, port) = text.utf8.contains(UInt8(ascii: ":")) ? endpoint(text) : (IPv4Address(text), 0)
    guard let address, let port, address.isHostAddress else { return nil }
    return BackendIdentity(address: address, port: port)
  }
}

extension IPv4Address {
  /// Whether a machine can have the address on a network: not "this network" (RFC 1122, 3.2.1.3), loopback,
  /// multicast or the limited broadcast.
  public var isHostAddress: Bool {
    let network = rawValue >> 24
    return network != 0 && network != 127 && !isMulticast && rawValue != UInt32.max
  }
}

/// The two halves of `address:port`; a half is nil when it is not what it should be.
private func endpoint(_ text: String) -> (IPv4Address?, UInt16?) {
  let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
  guard halves.count == 2 else { return (nil, nil) }
  let port = decimal(halves[1]).flatMap(UInt16.init(exactly:))
  return (IPv4Address(halves[0]), port == 0 ? nil : port)
}
