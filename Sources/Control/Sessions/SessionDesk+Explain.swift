import Configuration
import Net
import Tables

extension SessionDesk {
  /// Has the worker that owns a frame's flow say what would become of it.
  func explain(
    _ query: ExplainQuery, then done: @escaping @Sendable (Result<ExplainReport, ControlRefusal>) -> Void
  ) {
    enqueue { isOpen in
      done(
        Result { () throws(ControlRefusal) in
          guard isOpen else { throw ControlRefusal(.serviceUnavailable, "stopping", "this sluice stops") }
          return try self.explanation(of: query)
        })
    }
  }

  private func explanation(of query: ExplainQuery) throws(ControlRefusal) -> ExplainReport {
    guard let port = port(named: query.arrival) else {
      throw ControlRefusal(.notFound, "unknown_port", "no port is named '\(query.arrival ?? "")'", field: "port")
    }
    let frame = frame(query, arrival: port)
    do throws(MailboxError) {
      // Any worker knows the owner; only the owner knows the session. The frame's way may be longer: by who follows
      // its datagram's fragments.
      var explanation = try instance.workers[0].mailbox.explain(
        frame, arrival: port.index, timeout: Self.patience)
      var hops = 0
      while explanation.verdict == .handedOver, hops < Self.hops {
        explanation = try instance.workers[Int(explanation.owner.rawValue)].mailbox.explain(
          frame, arrival: port.index, mark: explanation.mark, timeout: Self.patience)
        hops += 1
      }
      return ExplainReport(explanation, arrival: port, instance)
    } catch {
      throw ControlRefusal(.serviceUnavailable, "worker_silent", error.description)
    }
  }

  /// The frame that is asked about, with the destination that a client would give it on the link.
  private func frame(_ query: ExplainQuery, arrival: PortObservation) -> [UInt8] {
    guard let vip = query.destination,
      let service = instance.publisher.state.configuration.services.first(where: { $0.mode == .dsr && $0.vip == vip })
    else { return query.frame }
    let mac = (service.mac ?? arrival.mac).rawValue
    return (0..<6).map { UInt8(truncatingIfNeeded: mac >> UInt64(40 - $0 * 8)) } + query.frame.dropFirst(6)
  }

  private func port(named name: String?) -> PortObservation? {
    guard let name else { return instance.ports.first { $0.role != .backend } }
    return (instance.ports + instance.ports.compactMap(\.kernelSide)).first { $0.name == name }
  }
}
