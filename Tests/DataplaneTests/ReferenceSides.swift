import Net
import Tables
import TestSupport

/// What the reference model knows of the clients' side: who is behind which frontend, and under which addresses servers see
/// whom. Octet by octet, without a line of the product's.
struct ReferenceSides {
  /// By the frontend's position; one without clients: there is no other.
  var clients: [IPv4Prefix?] = [nil]
  /// Networks of one size each.
  var pairs: [(from: IPv4Prefix, to: IPv4Prefix)] = []

  private static func bits(_ address: IPv4Address) -> [Bool] {
    (0..<32).map { address.rawValue >> UInt32(31 - $0) & 1 == 1 }
  }

  private static func isIn(_ prefix: IPv4Prefix, _ address: IPv4Address) -> Bool {
    bits(address).prefix(Int(prefix.length)).elementsEqual(bits(prefix.address).prefix(Int(prefix.length)))
  }

  /// The first bits of one, the others of the other.
  private static func moved(_ address: IPv4Address, into prefix: IPv4Prefix) -> IPv4Address {
    let all = bits(prefix.address).prefix(Int(prefix.length)) + bits(address).dropFirst(Int(prefix.length))
    return IPv4Address(rawValue: all.reduce(0) { $0 << 1 | ($1 ? 1 : 0) })
  }

  func seen(_ client: Endpoint) -> Endpoint? {
    pairs.first { Self.isIn($0.from, client.address) }
      .map { Endpoint(Self.moved(client.address, into: $0.to), client.port, client.transport) }
  }

  func client(seenAs end: Endpoint) -> Endpoint? {
    pairs.first { Self.isIn($0.to, end.address) }
      .map { Endpoint(Self.moved(end.address, into: $0.from), end.port, end.transport) }
  }

  func frontend(of client: IPv4Address) -> PortIndex? {
    if clients.count == 1 { return Rig.frontend }
    let fitting = clients.indices.filter { position in clients[position].map { Self.isIn($0, client) } ?? false }
    return fitting.max { (clients[$0]?.length ?? 0) < (clients[$1]?.length ?? 0) }.map { Rig.frontend($0) }
  }

  /// The frontends by which a frame leaves that is nobody's: one, none, or all if it is for no host that IPv4 names.
  func frontends(for bytes: [UInt8]) -> [PortIndex] {
    let all = clients.indices.map { Rig.frontend($0) }
    guard all.count > 1 else { return all }
    var type = 12
    while type < 20, type + 2 <= bytes.count, [0x8100, 0x88A8].contains(ReferencePacket.word(bytes, type)) { type += 4 }
    guard bytes.count >= type + 22, ReferencePacket.word(bytes, type) == 0x0800 else { return all }
    let address = ReferencePacket.address(bytes, type + 18)
    let isGroup = (224...239).contains(address.rawValue >> 24) || address == IPv4Address(255, 255, 255, 255)
    return isGroup ? all : frontend(of: address).map { [$0] } ?? []
  }
}
