import Net

extension TableSet {
  /// A backend of a service under one of its own endpoints.
  private struct Claim {
    var endpoint: Endpoint
    /// By which the claims of one endpoint are ordered: those who may be named by new sessions first.
    var rank: UInt64
    var service: ServiceIndex
    var backend: BackendIndex
  }

  /// The lookup table of both directions, and for each backend endpoint the services it belongs to.
  static func endpoints(
    of layouts: [ServiceLayout], _ firstRecords: [RecordIndex], hash: KeyedHash
  ) -> (EndpointTable, UnsafeMutablePointer<Membership>) {
    let claims = claims(in: layouts)
    var entries = vips(of: layouts, firstRecords, beside: claims)
    let claimed = Set(entries.map(\.0.packed))
    let memberships = UnsafeMutablePointer<Membership>.allocate(capacity: max(1, claims.count))
    for (position, claim) in claims.enumerated() {
      let isFirst = position == 0 || claims[position - 1].endpoint != claim.endpoint
      let isLast = position + 1 == claims.count || claims[position + 1].endpoint != claim.endpoint
      let member = Membership(service: claim.service, backend: claim.backend, isLast: isLast)
      unsafe (memberships + position).initialize(to: member)
      if isFirst, !claimed.contains(claim.endpoint.packed) {
        let index = MembershipIndex(UInt32(position))
        let transport = claim.endpoint.transport
        entries.append(
          (claim.endpoint, isLast ? .backend(index, transport, member) : .backends(index, transport)))
      }
    }
    return unsafe (EndpointTable(entries, hash: hash), memberships)
  }

  /// The addresses of both sides, those of what has been removed too: for the sessions that go on.
  static func claimed(in layouts: [ServiceLayout], hash: KeyedHash) -> ClaimedAddresses {
    ClaimedAddresses(
      vips: layouts.lazy.map(\.definition.vip),
      // Nothing that a server of a `dsr` service sends comes by.
      servers: layouts.lazy.filter { !$0.definition.isByMAC }.flatMap { $0.backends.lazy.map(\.definition.address) },
      hash: hash)
  }

  /// Everything that is a server's, in the order of endpoints.
  private static func claims(in layouts: [ServiceLayout]) -> [Claim] {
    var claims: [Claim] = []
    // Servers of a `dsr` service answer clients themselves: nothing of theirs is looked for.
    for layout in layouts where !layout.definition.isByMAC {
      // Each of its endpoints is one of its transports'.
      for transport in layout.endpoints.lazy.map(\.transport) {
        for backend in layout.backends {
          let port = transport == .icmp ? 0 : backend.definition.port
          claims.append(
            Claim(
              endpoint: Endpoint(backend.definition.address, port, transport),
              rank: (layout.isRemoved || !backend.state.isConfigured ? 1 << 32 : 0) | UInt64(claims.count),
              service: layout.index, backend: backend.index))
        }
      }
    }
    return claims.sorted { ($0.endpoint.packed, $0.rank) < ($1.endpoint.packed, $1.rank) }
  }

  /// The endpoints of the services. Those of a removed service stay its own, for the sessions it has, unless
  /// somebody else has a use for them.
  private static func vips(
    of layouts: [ServiceLayout], _ firstRecords: [RecordIndex], beside claims: [Claim]
  ) -> [(Endpoint, EndpointClaim)] {
    var entries: [(Endpoint, EndpointClaim)] = []
    var taken: Set<UInt64> = []
    func add(removed isRemoved: Bool) {
      for (layout, first) in zip(layouts, firstRecords) where layout.isRemoved == isRemoved {
        for endpoint in layout.endpoints where taken.insert(endpoint.packed).inserted {
          let claim = EndpointClaim.service(
            layout.index, endpoint.transport, first: first, isByMAC: layout.definition.isByMAC)
          entries.append((endpoint, claim))
        }
      }
    }
    add(removed: false)
    guard layouts.contains(where: \.isRemoved) else { return entries }
    for claim in claims where claim.rank >> 32 == 0 { taken.insert(claim.endpoint.packed) }
    add(removed: true)
    return entries
  }
}
