import Net

/// Which hosts have claimed which of Sluice's addresses, so that each is told of once and a flood of them fills no log.
/// Pure: it is told the time.
struct ConflictLog {
  /// A host that claims an address.
  struct Claim: Hashable {
    var address: IPv4Address
    var mac: MACAddress
    var port: PortIndex
  }

  /// Claims that are remembered; further ones are not told of until an hour is over.
  static let room = 64
  /// How long a claim that was told of is not told of again.
  static let memory: Duration = .seconds(3600)

  private var claims: [Claim: ContinuousClock.Instant] = [:]

  /// Notes a claim; says whether it is worth a line of the log.
  mutating func note(_ claim: Claim, at now: ContinuousClock.Instant) -> Bool {
    if claims[claim] == nil, claims.count >= Self.room { claims = claims.filter { now - $0.value < Self.memory } }
    if let told = claims[claim], now - told < Self.memory { return false }
    guard claims[claim] != nil || claims.count < Self.room else { return false }
    claims[claim] = now
    return true
  }
}
