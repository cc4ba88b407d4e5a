import Dataplane
import Net
import Tables
import TestSupport

/// Backends that drain, are down, have left or were killed, services that were removed, and what becomes of sessions whose
/// backend was killed.
extension ReferenceModel {
  func state(_ service: Int, _ backend: Int) -> BackendState { states[service][backend] }

  /// Whether it is a session of a backend that was killed. A client that talks to the backend itself is not concerned.
  func isKilled(_ key: Key, _ session: Session) -> Bool {
    key.direct == nil
      && [.down, .downWithReset, .killed, .killedWithReset].contains(state(key.service, session.backend))
  }

  /// Whether the session's end is told to a TCP client.
  func isTold(_ key: Key, _ session: Session) -> Bool {
    [.downWithReset, .killedWithReset].contains(state(key.service, session.backend))
  }

  /// Whether it may be named by new sessions of clients that talk to it themselves.
  func isConfigured(_ service: Int, _ backend: Int) -> Bool {
    [.active, .draining, .down, .downWithReset].contains(state(service, backend))
  }

  /// Every bucket is looked at: killed sessions go, but for those that are to be told, and memories of servers that take no
  /// sessions.
  mutating func sweep() {
    memory.sweep(sessions.filter { isKilled($0.key, $0.value) && !isTold($0.key, $0.value) }.map(\.key))
    memory.kept = memory.kept.filter { state($0.key.service, $0.value.backend) == .active }
  }

  /// A client's segment of a killed session, in place of a server that does not know it; nil: nothing is told, and the
  /// packet is that of a flow that nobody knows.
  func told(_ packet: ReferencePacket, _ key: Key, _ session: Session) -> Outcome? {
    guard isKilled(key, session), isTold(key, session), packet.transport == .tcp, !packet.isRest,
      !packet.opensConnection
    else { return nil }
    var outcome = dropped(.sessionKilled)
    if let answer = packet.refusal {
      outcome = Outcome(verdict: .answered, output: Rig.Output(port: arrival, bytes: answer), memory: memory)
    }
    outcome.memory[key] = nil
    return outcome
  }

  /// What a killed server still sends: of a connection whose client is to be told it becomes a reset, unless it is one.
  func late(_ packet: ReferencePacket, _ key: Key, _ session: Session) -> Outcome {
    guard packet.transport == .tcp, !packet.isRest, !packet.opensConnection, isTold(key, session) else {
      return dropped(.sessionKilled)
    }
    var memory = memory
    memory[key] = nil
    if packet.isReset { return returned(packet, of: key.service, to: session.frontend, memory) }
    let vip = Endpoint(services[key.service].vip, services[key.service].port, .tcp)
    return Outcome(
      verdict: .answered, output: Rig.Output(port: session.frontend, bytes: packet.abort(as: vip)), memory: memory)
  }

  /// Whether stateless mode leaves a new session out: the stateless choice finds its server again from both sides, and
  /// nobody but its source vouches for it.
  func isLeftOut(_ key: Key, _ session: Session) -> Bool {
    guard isStateless, key.direct == nil else { return false }
    let isVouchedFor = key.client.transport == .tcp && ![.opening, .answered].contains(session.phase)
    let server = serverEndpoint(key.service, session.backend, key.client.transport)
    return !isVouchedFor && !isEmpty(key.service) && choice(key.service, key.client) == session.backend
      && members(at: server).count == 1
  }
}
