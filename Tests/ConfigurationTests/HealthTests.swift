import Configuration
import Net
import Testing

/// `health` of services and backends.
@Suite struct HealthTests {
  @Test func `86: without health nobody asks, and an empty one asks by TCP`() throws {
    #expect(try health("") == nil)
    let asked = try #require(try health("health:"))
    #expect(asked.check.kind == .tcp)
    #expect(asked.check.interval == 2000 && asked.check.fastInterval == 1000 && asked.check.timeout == 1000)
    #expect(asked.check.rise == 2 && asked.check.fall == 3)
    #expect(asked.onDown == .reselect && asked.failOpen == 1 && asked.slowStart == 0 && asked.damping == 0)
  }

  @Test func `86: every key of a check is read`() throws {
    let check = try #require(
      try health(
        """
        health: { type: http, address: 10.9.0.1, port: 81, interval: 500ms, fast_interval: 100ms, timeout: 1m, rise: 5,
              fall: 1, jitter: 0.25, method: HEAD, path: /ok?a=1, host: "a.example:80", status: 200-204, body: I am well,
              on_down: reset, fail_open: 40, slow_start: 30s, damping: 1m }
        """))
    #expect(check.check.kind == .http && check.check.address == IPv4Address(10, 9, 0, 1) && check.check.port == 81)
    #expect(check.check.interval == 500 && check.check.fastInterval == 100 && check.check.timeout == 60_000)
    #expect(check.check.rise == 5 && check.check.fall == 1 && check.check.jitter == 0.25)
    #expect(check.check.method == .head && check.check.path == "/ok?a=1" && check.check.host == "a.example:80")
    #expect(check.check.status == StatusRange(first: 200, last: 204) && check.check.body == "I am well")
    #expect(check.onDown == .reset && check.failOpen == 40 && check.slowStart == 30_000 && check.damping == 60_000)
  }

  @Test func `87: passive observation is off unless one line switches it on, and every key of it is read`() throws {
    #expect(try health("health:")?.passive == .defaults)
    #expect(PassiveSettings.defaults.isOn == false && PassiveSettings.defaults.window == 10_000)
    var expected = PassiveSettings.defaults
    expected.isOn = true
    #expect(try health("health: { passive: true }")?.passive == expected)
    let written = """
      health: { passive: true, passive_window: 1m, passive_sample: 100, passive_failures: 0.2, passive_ejected: 0.25,
            passive_retry: 30s }
      """
    (expected.window, expected.sample, expected.failures) = (60_000, 100, 0.2)
    (expected.ejected, expected.retry) = (0.25, 30_000)
    #expect(try health(written)?.passive == expected)
  }

  @Test func `87: who switches observation on where nothing brings a backend up again is told`() throws {
    let remarks = { (health: String) in
      try warnings(
        about: Fixture.twoPorts
          + "services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, health: { \(health) }, backends: [ 10.0.1.1:80 ] } ]"
      ).filter { $0.contains("services[0].health.passive: a backend that observation takes down") }
    }
    #expect(try remarks("passive: true, type: none").count == 1)
    #expect(try remarks("passive: true, type: none, passive_retry: 30s").isEmpty)
    #expect(try remarks("passive: true").isEmpty)
  }

  @Test func `86: a backend differs in what it says and in nothing else`() throws {
    let service = try readAfterPorts(
      """
      services:
        - { vip: 10.0.0.1, protocol: tcp, port: 80, health: { type: http, path: /a, rise: 7 }, backends: [
            { address: "10.0.1.1:80", health: { path: /b, port: 81 } }, { address: "10.0.1.2:80", backup: true } ] }
      """
    ).services[0]
    let check = try #require(service.health).check
    let own = check.overridden(by: service.backends[0].check)
    #expect(own.path == "/b" && own.port == 81 && own.rise == 7 && own.kind == .http)
    #expect(check.overridden(by: service.backends[1].check) == check)
    #expect(service.backends.map(\.isBackup) == [false, true])
  }

  @Test(arguments: [
    Fixture(
      "services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, health: { type: ping } } ]",
      "4:71: services[0].health.type: found \"ping\", expected tcp, http, udp, icmp, dns or none"),
    Fixture(
      "services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, health: { status: 399-200 } } ]",
      "4:73: services[0].health.status: found \"399-200\", expected a status code or a range such as 200 or 200-399"),
    Fixture(
      "services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, health: { interval: 10ms } } ]",
      "4:75: services[0].health.interval: found \"10ms\", expected a time from 50ms to 1h, such as 500ms, 10s or 2m"),
    Fixture(
      "services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, health: { passive_window: 500ms } } ]",
      "4:81: services[0].health.passive_window: found \"500ms\","
        + " expected a time from 2s to 10m, in whole seconds, such as 10s or 1m"),
    Fixture(
      "services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, health: { passive: yes } } ]",
      "4:74: services[0].health.passive: found \"yes\", expected true or false"),
    Fixture(
      "services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, health: { slow_start: 0m } } ]",
      "4:77: services[0].health.slow_start: found \"0m\","
        + " expected a time up to 1h, or 0s for none, such as 500ms, 10s or 2m"),
    Fixture(
      "services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, health: { type: dns } } ]",
      "4:63: services[0].health.query: found nothing, expected the name that dns asks for"),
    Fixture(
      "services: [ { vip: 10.0.0.1, protocol: icmp, health: { type: tcp } } ]",
      "4:54: services[0].health.port: found nothing,"
        + " expected a port for the check of type tcp: the service has none"),
    Fixture(
      """
      services:
        - { vip: 10.0.0.1, protocol: tcp, port: 80, backends: [ { address: "10.0.1.1:80", health: { rise: 1 } } ] }
      """,
      "5:59: services[0].backends[0].health: found a check of its own, expected it only where the service has 'health'"),
    Fixture(
      """
      services:
        - { vip: 10.0.0.1, protocol: tcp, port: 80, health: {}, backends: [ { address: "10.0.1.1:80", health: {
            type: dns, on_down: keep } } ] }
      """,
      "5:71: services[0].backends[0].health.query: found nothing, expected the name that dns asks for",
      "6:18: services[0].backends[0].health.on_down: found an unknown key, expected type, address, port, interval,"
        + " fast_interval, timeout, rise, fall, jitter, method, path, host, status, body, send, expect or query"),
  ])
  func `86: a check that cannot be made is refused with its place`(fixture: Fixture) { check(fixture) }

  @Test(arguments: [
    ("{ path: /x, type: tcp }", ["path"]), ("{ type: udp, send: a, fast_interval: 500ms }", ["expect"]),
    ("{ type: udp, expect: a, fast_interval: 500ms }", []), ("{ type: udp, interval: 2s, fast_interval: 1s }", []),
    ("{ type: icmp, port: 7, query: a.example }", ["port", "query"]), ("{ type: http, path: /x, body: b }", []),
  ])
  func `what a check does not use, and what defeats it, is worth a warning`(_ health: String, _ keys: [String]) throws {
    let text = """
      ports: { frontend: { device: net_tap0 }, backend: { device: net_tap1 } }
      hash_seed: 1
      services: [ { name: web, vip: 10.0.0.1, protocol: tcp, port: 80, health: \(health), backends: [ 10.0.1.1:80 ] } ]
      """
    let found = try warnings(about: text)
    #expect(found.count == keys.count)
    for key in keys { #expect(found.contains { $0.contains("health.\(key)") }) }
  }

  @Test func `a timeout above the interval and a pool of backups are worth a warning`() throws {
    let text =
      Fixture.twoPorts + """
        hash_seed: 1
        services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, health: { interval: 1s, timeout: 2s }, backends: [
          { address: "10.0.1.1:80", backup: true } ] } ]
        """
    let found = try warnings(about: text)
    #expect(found.count == 2)
    #expect(found[0].contains("services[0].health.timeout: longer than interval"))
    #expect(found[1].contains("services[0].backends: every backend is a backup"))
  }

  private func health(_ text: String) throws -> HealthSettings? {
    try readAfterPorts(
      """
      services:
        - vip: 10.0.0.1
          protocol: tcp
          port: 80
          \(text)
      """
    ).services[0].health
  }
}
