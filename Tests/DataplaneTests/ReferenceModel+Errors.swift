import Net
import Tables
import TestSupport

/// What must become of ICMP errors. None changes what is remembered.
extension ReferenceModel {
  /// From the client's side, about a reply.
  func errorAboutReply(_ error: ReferenceError) -> Outcome {
    guard error.destination == error.quotedSource.address, let service = service(at: error.quotedSource) else {
      return unmatched(error.bytes, arrival, .icmpError)
    }
    let client = error.quotedDestination
    let key = Key(client: client, service: service, direct: nil)
    let known = sessions[key]
    if let known, isKilled(key, known) { return dropped(.sessionKilled) }
    guard let backend = known?.backend ?? (isEmpty(service) ? nil : choice(service, client)) else {
      return unmatched(error.bytes, arrival, .icmpError)
    }
    var moved = error
    moved.bytes = error.translated(isSource: true, to: serverEndpoint(service, backend, error.transport))
    if let seen = sides.seen(client) { moved.bytes = moved.translated(isSource: false, to: seen) }
    let bytes = moved.bytes
    return Outcome(verdict: .forwarded, output: Rig.Output(port: Rig.backend, bytes: bytes), memory: memory)
  }

  /// From the server's side, about a request. Several outcomes only where two living sessions may be meant.
  func errorsAboutRequest(_ error: ReferenceError) -> [Outcome] {
    let members = members(at: error.quotedDestination)
    let client = error.quotedSource
    guard error.destination == client.address, !members.isEmpty else {
      return [unmatched(error.bytes, Rig.backend, .icmpError)]
    }
    let known = sessions.filter { key, session in
      key.client == client && serverEndpoint(key.service, session.backend, error.transport) == error.quotedDestination
    }
    if !known.isEmpty {
      return known.map { key, session in
        if key.direct != nil { return unmatched(error.bytes, Rig.backend, .icmpError) }
        return isKilled(key, session) ? dropped(.sessionKilled) : returned(error, key.service, to: session.frontend)
      }
    }
    let member = members.first { !isEmpty($0.service) && choice($0.service, client) == $0.backend }
    guard let member, sessions[Key(client: client, service: member.service, direct: nil)] == nil,
      let port = sides.frontend(of: client.address)
    else {
      return [unmatched(error.bytes, Rig.backend, .icmpError)]
    }
    return [returned(error, member.service, to: port)]
  }

  private func returned(_ error: ReferenceError, _ service: Int, to port: PortIndex?) -> Outcome {
    let vip = Endpoint(services[service].vip, services[service].port, error.transport)
    let bytes = error.translated(isSource: false, to: vip)
    return Outcome(verdict: .forwarded, output: Rig.Output(port: port ?? Rig.frontend, bytes: bytes), memory: memory)
  }
}
