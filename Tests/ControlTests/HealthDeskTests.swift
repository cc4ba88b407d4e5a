@testable import Configuration
@testable import Control
import Foundation
import Net
import Tables
import Testing

/// Health from a server's end to the tables.
@Suite(.serialized) struct HealthDeskTests {
  /// A desk with a service of backends on loopback, which no file could name.
  private func desk(ports: [UInt16], _ health: String) throws -> (desk: HealthDesk, publisher: Publisher) {
    var configuration = try ConfigurationReader.read(
      text: """
        ports: { frontend: { device: net_tap0 }, backend: { device: net_tap1 } }
        services: [ { name: web, vip: 10.0.0.1, protocol: tcp, port: 80, maglev_slots: 16381, health: { \(health) },
          backends: [ 10.0.1.1:80 ] } ]
        """, file: "f"
    ).configuration
    let first = configuration.services[0].backends[0]
    configuration.services[0].backends = ports.map { first.moved(to: IPv4Address(127, 0, 0, 1), port: $0) }
    let publisher = try Publisher(
      TableAssembly(hashSeed: 7), of: configuration, gracePeriods: TestGrace(), backendRoom: 4000)
    return (HealthDesk(publisher: publisher), publisher)
  }

  private func states(_ publisher: Publisher) -> [BackendState] { publisher.state.services[0].backends.map(\.state) }

  /// Waits for something to become true.
  private func eventually(_ seconds: Double = 60, _ condition: () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !condition() {
      if ContinuousClock.now > deadline { return false }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return true
  }

  @Test func `86: a server that ends is down and leaves the tables; sessions know it by its old index`()
    async throws
  {
    let stays = try TestPeer(.silent)
    var goes: TestPeer? = try TestPeer(.silent)
    let ports = [stays.port, try #require(goes).port]
    let (desk, publisher) = try desk(
      ports: ports, "interval: 100ms, fast_interval: 100ms, timeout: 200ms, rise: 2, fall: 3")
    defer { desk.close() }
    desk.start(log: Bench.silence)
    let served = publisher.state.services[0].settings.backends.map {
      ServedBackend(service: publisher.state.services[0].identity, backend: $0.identity)
    }
    #expect(
      await eventually {
        served.allSatisfy { one in desk.book.withLock { $0.backend(one)?.health.view.state == .up } }
      })
    let before = publisher.state.services[0]
    goes = nil
    #expect(await eventually { states(publisher) == [.active, .down] })
    let after = publisher.state.services[0]
    #expect(after.backends.map(\.index) == before.backends.map(\.index))
    #expect(after.backends.map(\.maglevSlots) == [16381, 0])
    #expect(publisher.state.generation == 1, "a client that changes the configuration is not disturbed")
    let cause = desk.book.withLock { $0.backend(served[1])?.health.view.cause }
    #expect(cause == "tcp connect refused, 3 of 3")
  }

  @Test func `86: a thousand transitions in a second are few table swaps`() async throws {
    let (desk, publisher) = try desk(ports: (1...1000).map { $0 }, "type: none, fail_open: 0")
    defer { desk.close() }
    let service = publisher.state.services[0]
    let began = ContinuousClock.now
    for backend in service.settings.backends {
      desk.observe(ServedBackend(service: service.identity, backend: backend.identity), cause: "no answer")
    }
    #expect(await eventually { states(publisher).allSatisfy { $0 == .down } })
    let report = ProberReport(desk)
    #expect(report.transitions == 1000)
    // Ten a second at most, however long a busy machine takes.
    let most = 2 + UInt64((ContinuousClock.now - began) / .milliseconds(100))
    #expect((1...min(most, 100)).contains(report.tableSwaps), "\(report.tableSwaps) swaps")
    #expect(await eventually { desk.events.last == 1001 }, "and that no backend takes sessions any more")
  }

  @Test func `90: when the last is down all are used, and the log's reader hears of it`() async throws {
    let (desk, publisher) = try desk(ports: [1, 2], "type: none")
    defer { desk.close() }
    let service = publisher.state.services[0]
    let served = service.settings.backends.map { ServedBackend(service: service.identity, backend: $0.identity) }
    desk.observe(served[0], cause: "no answer")
    #expect(await eventually { states(publisher) == [.down, .active] })
    desk.observe(served[1], cause: "no answer")
    #expect(await eventually { publisher.state.services[0].pool.isFailOpen })
    #expect(states(publisher) == [.active, .active])
    #expect(await eventually { desk.events.last == 3 })
  }

  @Test func `89: a report ends, and a service that changes keeps the states of those that stay`() async throws {
    let (desk, publisher) = try desk(ports: [1, 2], "type: none")
    defer { desk.close() }
    desk.start(log: Bench.silence)
    let body = { (ttl: String) in
      let text = #"{"source": "m", \#(ttl)"backends": [{"service": "web", "backend": "127.0.0.1:1", "state": "down"}]}"#
      return Array(text.utf8)
    }
    _ = try desk.obey(HealthOrders(body(#""ttl": "3s", "#)))
    #expect(await eventually { states(publisher) == [.down, .active] })
    #expect(await eventually { states(publisher) == [.active, .active] })
    _ = try desk.obey(HealthOrders(body("")))
    #expect(await eventually { states(publisher) == [.down, .active] })
    var next = publisher.state.configuration
    next.services[0].health?.onDown = .reset
    next.services[0].name = "other"
    try publisher.publish(next)
    #expect(states(publisher) == [.downWithReset, .active])
    next.services[0].backends.removeFirst()
    try publisher.publish(next)
    #expect(await eventually { desk.book.withLock { $0.conditions.isEmpty } })
  }

  @Test(arguments: [
    ("monitor", true), ("Überwachung 監視", true), ("", false), ("two\nlines", false), ("\u{7F}", false),
    ("\u{85}", false), ("\u{202E}gnp", false), ("\u{200B}", false), (String(repeating: "m", count: 201), false),
  ])
  func `89: a source has a name in any script, and none that would spoil a terminal or a log`(
    _ source: String, _ isFit: Bool
  ) throws {
    let backend = ["service": "web", "backend": "a", "state": "down"]
    let body = try JSONSerialization.data(withJSONObject: ["source": source, "backends": [backend]])
    do throws(ControlRefusal) {
      #expect(try HealthOrders(Array(body)).source == source)
      #expect(isFit)
    } catch {
      #expect(!isFit && error.field == "source")
    }
  }
}
