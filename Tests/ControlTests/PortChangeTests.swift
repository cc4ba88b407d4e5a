import Foundation
import Testing

@testable import Control

/// `/v1/ports/{port}`: what the socket answers.
@Suite(.serialized) struct PortChangeTests {
  @Test func `83: a port is removed and made again, and says which it is`() throws {
    let server = try TestServer(Bench())
    for (method, state) in [("DELETE", PortReport.State.removed), ("PUT", .there)] {
      let answer = try server.request("/v1/ports/backend", method: method)
      #expect(answer.status == 200)
      let ports = try PortsReport(json: answer.body).ports
      #expect(ports.first { $0.name == "backend" }?.state == state)
      #expect(ports.first { $0.name == "frontend" }?.state == .there)
      // Again: a reason, and nothing changes.
      let again = try server.request("/v1/ports/backend", method: method)
      #expect(again.status == 409)
      let refusal = try ErrorReport(json: again.body).error
      #expect(refusal.code == "port_unchanged" && refusal.field == "port" && refusal.message.contains("already"))
    }
  }

  @Test func `78, 83: an unknown port, and a method that ports do not know, are refused`() throws {
    let server = try TestServer(Bench())
    for (path, method, status) in [
      ("/v1/ports/nobody", "DELETE", 404), ("/v1/ports/nobody", "PUT", 404), ("/v1/ports/backend", "POST", 405),
      ("/v1/ports/backend?force=true", "DELETE", 400),
    ] {
      #expect(try server.request(path, method: method).status == status, "\(method) \(path)")
    }
    #expect(!server.bench.yard.isRemoved(server.bench.instance.ports[1].index))
  }
}
