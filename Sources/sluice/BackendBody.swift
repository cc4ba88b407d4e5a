import Net

/// A backend, or some fields of one, as the control socket takes it; what is nil is left out.
struct BackendBody: Encodable {
  var address: String?
  var mac: String?
  var name: String?
  var weight: Int?
  var drain: Bool?
  var backup: Bool?

  /// - Parameter address: `ADDRESS:PORT`, or of a `dsr` service a MAC address or an address alone.
  init(address: String? = nil, name: String? = nil, weight: Int? = nil, drain: Bool? = nil, backup: Bool? = nil) {
    if let address, MACAddress(address) != nil { mac = address } else { self.address = address }
    self.name = name
    self.weight = weight
    self.drain = drain
    self.backup = backup
  }
}
