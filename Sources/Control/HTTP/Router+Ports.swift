import NIOHTTP1
import Net

/// Ports that are removed, and made again, while the instance runs.
extension Router {
  static let portRoutes = [
    Route(.DELETE, "/v1/ports/{port}") { router, _, variables in
      try router.change(port: variables[0], "removed") { try $0.remove($1) }
    },
    Route(.PUT, "/v1/ports/{port}") { router, _, variables in
      try router.change(port: variables[0], "there again") { try $0.add($1) }
    },
  ]

  /// Has a port changed in its turn among the changes, and answers with all ports.
  private func change(
    port name: String, _ becomes: String, _ work: @escaping @Sendable (any PortControl, PortIndex) throws -> Void
  ) throws(ControlRefusal) -> Answer {
    guard let port = instance.ports.first(where: { $0.name == name }) else {
      throw ControlRefusal(.notFound, "unknown_port", "no port is named '\(name)'", field: "port")
    }
    let controls = try controls
    let instance = instance
    return .later { done in
      controls.changes.submit { refusal in
        do {
          if let refusal { throw refusal }
          do { try work(controls.ports, port.index) } catch {
            throw ControlRefusal(.conflict, "port_unchanged", "\(error)", field: "port")
          }
          controls.log.info("port \(name) is \(becomes)")
          done(try ControlResponse(PortsReport(Reading(of: instance))))
        } catch {
          done(Self.refusal(error))
        }
      }
    }
  }
}
