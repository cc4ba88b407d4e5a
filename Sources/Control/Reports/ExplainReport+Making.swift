import Configuration
import Net
import Tables

extension ExplainReport {
  /// A worker's explanation in names.
  init(_ explanation: Explanation, arrival: PortObservation, _ instance: Instance) {
    let state = instance.publisher.state
    let service = explanation.service.flatMap(state.service)
    func backend(_ index: BackendIndex) -> Backend {
      let placement = service?.backend(index)
      return Backend(name: placement?.name ?? "", address: placement?.identity.description ?? "")
    }
    let (verdict, reason, words) = Self.words(explanation.verdict)
    self.init(
      generation: explanation.generation, worker: Int(explanation.owner.rawValue), arrival: arrival.name,
      verdict: verdict, reason: reason, explanation: words, service: service?.name,
      backend: explanation.backend.map(backend), makesSession: explanation.makesSession)
    session = explanation.session.map { found in
      Session(
        standing: Self.word(found.standing), direct: found.isDirect, backend: backend(found.backend),
        phase: found.progress.phase.description, idleSeconds: SessionNames.seconds(found.idle), place: found.place)
    }
    choice = explanation.choice.map {
      Choice(
        slot: $0.maglevSlot, slots: service?.settings.maglevSlots ?? 0, backend: backend($0.backend),
        remembered: $0.isRemembered)
    }
    rewrite = explanation.rewrite.map {
      Rewrite(
        end: explanation.verdict == .returned ? "source" : "destination", from: $0.from.description,
        to: $0.to.description)
    }
    clientRewrite = explanation.clientRewrite.map {
      Rewrite(
        end: arrival.role == .backend ? "destination" : "source", from: $0.from.description, to: $0.to.description)
    }
    flooded = explanation.isFlooded ? true : nil
    if let station = explanation.station {
      let vip = service?.settings.mac ?? arrival.mac
      rewrite = Rewrite(end: "mac", from: vip.description, to: station.description)
    }
    exit = explanation.exit.flatMap { exit in instance.ports.first { $0.index == exit }?.name }
  }

  private static func words(_ verdict: Explanation.Verdict) -> (String, reason: String?, words: String?) {
    switch verdict {
    case .forwarded: ("forwarded", nil, nil)
    case .returned: ("returned", nil, nil)
    case .passed(let reason): ("passed", reason.description, reason.explanation)
    case .dropped(let reason): ("dropped", reason.description, reason.explanation)
    case .refused: ("refused", nil, "no backend takes sessions, and the service says 'when_empty: reject'")
    case .reset: ("reset", nil, "the session's backend was killed, and the service says 'on_kill: reset'")
    case .portInUse: ("refused", DropReason.portInUse.description, DropReason.portInUse.explanation)
    case .answered: ("answered", nil, "a ping that Sluice answers itself, as the service's 'echo' says")
    case .toKernel: ("to_kernel", nil, "it is for the address of a port's kernel twin")
    // The owner was asked in the end.
    case .handedOver: ("handed_over", nil, nil)
    case .held: ("held", nil, "a fragment that waits for the first of its datagram")
    }
  }

  private static func word(_ standing: Explanation.Standing) -> String {
    switch standing {
    case .alive: "alive"
    case .expired: "expired"
    case .reopened: "reopened"
    case .killed: "killed"
    case .lost: "lost"
    }
  }
}
