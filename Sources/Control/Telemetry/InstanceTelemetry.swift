import Counters
import EAL
import Net

/// The same figures for `dpdk-telemetry.py`.
public enum InstanceTelemetry {
  /// What clients may send.
  static let commands = [
    Telemetry.Command("/sluice/status", help: "Sluice: the instance at a glance. No parameters"),
    Telemetry.Command("/sluice/workers", help: "Sluice: every counter, of each worker. No parameters"),
    Telemetry.Command(
      "/sluice/services", help: "Sluice: the names of services; figures of one. Parameters: a service's name or none"),
    Telemetry.Command("/sluice/drops", help: "Sluice: frames dropped, by reason. Parameters: a worker or none"),
    Telemetry.Command("/sluice/ports", help: "Sluice: link and driver counters of the ports. No parameters"),
  ]
  /// DPDK's answers have a little less than 16 KiB in all: what is left for names.
  static let namesRoom = 15_000

  /// Registers the commands; EAL must be up, and the instance's counters must live until `withdraw`.
  ///
  /// - Throws: `EALError` naming the command that DPDK refuses.
  public static func register(_ instance: Instance) throws(EALError) {
    try Telemetry.register(commands) { answer(to: $0, $1, of: instance) }
  }

  /// Ends the answers: when this returns, nothing of the instance is used any more.
  public static func withdraw() { Telemetry.withdraw() }

  static func answer(to command: String, _ parameters: String, of instance: Instance) -> Telemetry.Answer {
    let reading = Reading(of: instance)
    switch command {
    case "/sluice/status": return status(reading)
    case "/sluice/workers": return workers(reading)
    case "/sluice/services": return parameters.isEmpty ? services(reading) : service(parameters, reading)
    case "/sluice/drops": return drops(parameters, reading)
    case "/sluice/ports": return ports(reading)
    default: return .nothing
    }
  }

  private static func status(_ reading: Reading) -> Telemetry.Answer {
    let status = StatusReport(reading)
    let sum = status.conservation.total
    let numbers: [(String, UInt64)] = [
      ("generation", status.generation), ("uptime_seconds", UInt64(max(0, status.uptimeSeconds))),
      ("workers", UInt64(status.workers)), ("ports", UInt64(status.ports)), ("services", UInt64(status.services)),
      ("backends", UInt64(status.backends)), ("sessions_active", status.sessions.active),
      ("sessions_peak", status.sessions.peak), ("stateless_workers", status.sessions.stateless),
      ("sessions_capacity", UInt64(status.sessions.capacity)), ("sessions_created", status.sessions.created),
      ("received_ports", sum.receivedPorts), ("received_rings", sum.receivedRings), ("originated", sum.originated),
      ("copied", sum.copied), ("forwarded", sum.forwarded), ("answered", sum.answered), ("passed", sum.passed),
      ("to_kernel", sum.toKernel), ("handed_over", sum.handedOver), ("held", sum.held), ("dropped", sum.dropped),
      ("arrivals", sum.arrivals), ("departures", sum.departures),
      ("balanced", status.conservation.balanced ? 1 : 0), ("faults", UInt64(status.faults.count)),
    ]
    return .fields([Telemetry.Field("version", .text(status.version))] + numbers.map(field))
  }

  /// An array over the workers for each counter.
  private static func workers(_ reading: Reading) -> Telemetry.Answer {
    let reports = WorkersReport(reading).workers
    func column(_ name: String, _ value: (WorkerReport) -> UInt64) -> Telemetry.Field {
      Telemetry.Field(name, .numbers(reports.map(value)))
    }
    return .fields([
      column("lcore") { UInt64($0.lcore) }, column("cpu") { UInt64($0.cpu) },
      column("received_ports", \.receivedPorts), column("received_rings", \.receivedRings),
      column("originated", \.originated), column("copied", \.copied), column("forwarded", \.forwarded),
      column("answered", \.answered), column("passed", \.passed), column("to_kernel", \.toKernel),
      column("handed_over", \.handedOver), column("held", \.held), column("dropped", \.dropped),
      column("balanced") { $0.balanced ? 1 : 0 }, column("sessions_active", \.sessions.active),
      column("session_entries") { UInt64($0.sessions.entries) }, column("sessions_created", \.sessions.created),
      column("sessions_expired", \.sessions.expired), column("sessions_evicted", \.sessions.evicted),
      column("sessions_killed", \.sessions.killed), column("sessions_flushed", \.sessions.flushed),
      column("sessions_not_stored", \.sessions.notStored), column("sessions_peak", \.sessions.peak),
      column("sessions_left_out", \.sessions.leftOut), column("stateless_mode", \.sessions.stateless),
      column("adopted_requests", \.sessions.adoptedRequests),
      column("adopted_replies", \.sessions.adoptedReplies), column("translated_errors", \.translatedErrors),
      column("polls", \.polls),
      column("busy_polls", \.busyPolls), column("busy_cycles", \.busyCycles),
    ])
  }

  /// As many names as an answer holds.
  private static func services(_ reading: Reading) -> Telemetry.Answer {
    var room = namesRoom
    return .names(
      reading.state.configuration.services.prefix(Telemetry.arrayLimit).map(\.name).prefix { name in
        // Two quotation marks, a comma and a space.
        room -= name.utf8.count + 4
        return room >= 0
      })
  }

  private static func service(_ name: String, _ reading: Reading) -> Telemetry.Answer {
    guard let placement = reading.state.services.first(where: { $0.name == name }) else { return .nothing }
    let service = ServiceReport(placement, reading)
    let numbers: [(String, UInt64)] = [
      ("maglev_slots", UInt64(service.maglevSlots)), ("backends", UInt64(service.backendCount)),
      ("usable_backends", UInt64(service.usableBackends)), ("active_sessions", service.activeSessions),
      ("new_sessions", service.newSessions), ("request_packets", service.traffic.requestPackets),
      ("request_bytes", service.traffic.requestBytes), ("reply_packets", service.traffic.replyPackets),
      ("reply_bytes", service.traffic.replyBytes), ("stateless_packets", service.traffic.statelessPackets),
    ]
    let facts = [("name", service.name), ("endpoint", service.endpointText), ("mode", service.mode)]
    return .fields(facts.map { Telemetry.Field($0.0, .text($0.1)) } + numbers.map(field))
  }

  private static func drops(_ parameters: String, _ reading: Reading) -> Telemetry.Answer {
    guard !parameters.isEmpty else { return drops(reading.total) }
    guard let worker = Int(parameters), reading.tallies.indices.contains(worker) else { return .nothing }
    return drops(reading.tallies[worker])
  }

  private static func drops(_ tally: TallySnapshot) -> Telemetry.Answer {
    .fields(DropReason.allCases.map { field($0.description, tally[$0]) } + [field("total", tally.dropped)])
  }

  private static func ports(_ reading: Reading) -> Telemetry.Answer {
    .fields(
      PortsReport(reading).ports.flatMap { port in
        let name = String(port.name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        let counters = port.counters.map { counters in
          [
            ("received_packets", counters.receivedPackets), ("received_bytes", counters.receivedBytes),
            ("transmitted_packets", counters.transmittedPackets), ("transmitted_bytes", counters.transmittedBytes),
            ("missed", counters.missed), ("receive_errors", counters.receiveErrors),
            ("transmit_errors", counters.transmitErrors), ("receive_no_mbuf", counters.receiveNoMbuf),
          ]
        }
        return [Telemetry.Field("\(name)/link", .text(port.link.rawValue))]
          + (counters ?? []).map { field("\(name)/\($0.0)", $0.1) }
      })
  }

  private static func field(_ name: String, _ value: UInt64) -> Telemetry.Field {
    Telemetry.Field(name, .number(value))
  }
}
