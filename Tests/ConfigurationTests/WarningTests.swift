import Configuration
import Testing

@Suite struct WarningTests {
  private static let service =
    "services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, backends: [ 10.0.1.2:80 ] } ]\n"

  @Test func `a file with a seed, a service and a backend has no warnings`() throws {
    #expect(try warnings(about: Fixture.twoPorts + Self.service + "hash_seed: 1") == [])
  }

  @Test(arguments: [
    Fixture(
      Self.service,
      "f: warning: hash_seed: not set, so a restart, and every other instance behind the same router, chooses other "
        + "backends for the same clients"),
    Fixture(
      "hash_seed: 1",
      "f: warning: services: none, so every frame crosses unchanged or is dropped, as unmatched says"),
    Fixture(
      "hash_seed: 1\nservices: []",
      "f:5:11: warning: services: none, so every frame crosses unchanged or is dropped, as unmatched says"),
    Fixture(
      Self.service + "hash_seed: 1\nunmatched: drop",
      "f:6:12: warning: unmatched: ARP is dropped as well, so hosts on the two sides find each other only by static "
        + "neighbour entries"),
    Fixture(
      "hash_seed: 1\nservices: [ { vip: 10.0.0.1, protocol: tcp, port: 80, when_empty: reject } ]",
      "f:5:13: warning: services[0].backends: there are none, so no new session finds a server (when_empty: reject)"),
    Fixture(
      "hash_seed: 1\nservices: [ { vip: 10.0.0.1, protocol: icmp, backends: [ { address: 10.0.1.2, weight: 0 } ] } ]",
      "f:5:56: warning: services[0].backends: every weight is 0, so no new session finds a server (when_empty: pass)"),
    Fixture(
      Self.service + "hash_seed: 1\ndpdk: { worker_lcores: [ 1, \"2@1\", \"3@0\" ] }",
      "f:6:29: warning: dpdk.worker_lcores[1]: shares CPU 1 with the worker on lcore 1, and with idle: poll a worker "
        + "never yields: each gets a part of the CPU (idle: sleep shares better)",
      "f:6:36: warning: dpdk.worker_lcores[2]: shares CPU 0 with the main lcore, and with idle: poll a worker "
        + "never yields: each gets a part of the CPU (idle: sleep shares better)"),
    Fixture(
      "hash_seed: 1\nservices: [ { vip: 10.0.0.1, protocol: icmp, backends: [ { address: 10.0.1.2, drain: true } ] } ]",
      "f:5:56: warning: services[0].backends: every backend is draining or has weight 0, so no new session finds a "
        + "server (when_empty: pass)"),
    Fixture(
      Self.service + "hash_seed: 1\ncontrol: { socket_mode: 0662, socket_group: ops }",
      "f:6:25: warning: control.socket_mode: every user of this machine can change the instance"),
    Fixture(
      Self.service + "hash_seed: 1\ncontrol: { socket_group: ops }",
      "f:6:26: warning: control.socket_group: the group ops cannot use the socket, because socket_mode does not let it "
        + "write"),
    Fixture(Self.service + "hash_seed: 1\ncontrol: { socket_group: ops, socket_mode: 0660 }"),
    Fixture(Self.service + "hash_seed: 1\nidle: sleep\ndpdk: { worker_lcores: [ 1, \"2@1\", \"3@0\" ] }"),
  ])
  func `a warning says what follows`(fixture: Fixture) throws {
    #expect(try warnings(about: Fixture.twoPorts + fixture.text) == fixture.complaints)
  }

  @Test(arguments: [(163, 0), (164, 1)])
  func `fewer than a hundred slots a backend are worth a warning`(count: Int, expected: Int) throws {
    let backends = (1...count).map { "10.0.1.\($0):80" }.joined(separator: ", ")
    let text = "hash_seed: 1\nservices: [ { vip: 10.0.0.1, protocol: tcp, port: 80, backends: [ \(backends) ] } ]"
    let warnings = try warnings(about: Fixture.twoPorts + text)
    #expect(warnings.count == expected)
    if let warning = warnings.first {
      #expect(
        warning == "f:5:13: warning: services[0].maglev_slots: 16381 slots for 164 backends: with fewer than 100 each, "
          + "shares stray from the weights")
    }
  }
}
