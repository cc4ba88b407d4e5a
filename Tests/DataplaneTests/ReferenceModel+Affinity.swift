import Net
import Tables

/// `affinity: source_ip`: which client has which server.
extension ReferenceModel {
  struct Client: Hashable {
    var address: IPv4Address
    var service: Int
  }

  struct Kept {
    var backend: Int
    var lastSeen: Tick
  }

  func counts(_ client: Client, _ known: Kept) -> Bool {
    now.since(known.lastSeen) <= services[client.service].affinityTimeout
  }

  /// The backend of a packet without a session; a session that begins with it makes the memory last.
  func choice(_ service: Int, _ packet: ReferencePacket, _ memory: inout ReferenceMemory) -> Int {
    let stateless = choice(service, packet.source)
    guard services[service].affinity == .sourceIP else { return stateless }
    let client = Client(address: packet.source.address, service: service)
    let known = memory.kept[client].map(\.backend).flatMap { state(service, $0) == .active ? $0 : nil }
    if !packet.isReset, !packet.isRest {
      if known == nil { memory.created += 1 }
      memory.kept[client] = Kept(backend: known ?? stateless, lastSeen: now)
    }
    return known ?? stateless
  }
}
