@testable import Configuration
@testable import Control
import Glibc
import Logging
import Net
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Checks of `dsr` servers by way of the VIP: where they go, by which sockets, and what silence in ARP means.
@Suite(.serialized) struct ProbePathTests {
  private static let text = """
    unmatched: drop
    ports: { frontend: { device: net_tap0 }, backend: { device: net_tap1,
             kernel: { name: tw, address: 10.0.0.250/24 } } }
    services: [ { name: any, mode: dsr, vip: 10.0.0.100, protocol: tcp, ports: [80, 443], health: { port: 443 },
      backends: [ 10.0.0.1, "02:00:00:00:50:02", { address: 10.0.0.3, health: { address: 10.9.0.3 } } ] } ]
    """

  private func publisher() throws -> Publisher {
    let configuration = try ConfigurationReader.read(text: Self.text, file: "f").configuration
    return try Publisher(
      TableAssembly(hashSeed: 7), of: configuration, gracePeriods: TestGrace(), backendRoom: 100)
  }

  private func targets(_ book: HealthBook) -> [String: CheckTarget] {
    Dictionary(uniqueKeysWithValues: book.backends.values.map { ($0.name, $0.target) })
  }

  @Test func `70: a check goes to the VIP by the port of the server's index, which stays while others come and go`()
    throws
  {
    let publisher = try publisher()
    var book = HealthBook()
    #expect(book.follow(publisher.state, at: .now).count == 3)
    let first = targets(book)
    for (name, index) in [("10.0.0.1", 0), ("02:00:00:00:50:02", 1)] {
      let path = ProbePath(interface: "tw", source: IPv4Address(10, 0, 0, 250), port: 61000 + UInt16(index))
      #expect(first[name]?.address == IPv4Address(10, 0, 0, 100) && first[name]?.port == 443)
      #expect(first[name]?.path == path)
    }
    #expect(first["10.0.0.3"] == CheckTarget(address: IPv4Address(10, 9, 0, 3), port: 443))
    var next = publisher.state.configuration
    let gone = next.services[0].backends.removeFirst()
    try publisher.publish(next)
    #expect(book.follow(publisher.state, at: .now).isEmpty)
    #expect(targets(book)["02:00:00:00:50:02"]?.path?.port == 61001)
    var other = gone
    (other.address, other.name) = (IPv4Address(10, 0, 0, 4), "new")
    next.services[0].backends.insert(other, at: 0)
    try publisher.publish(next)
    #expect(book.follow(publisher.state, at: .now).count == 1)
    let index = try #require(publisher.state.services[0].backends.first { $0.name == "new" }).index
    #expect(targets(book)["new"]?.path?.port == 61000 + index.rawValue && index.rawValue != 1)
    // Without health nothing of it is left, and its name is told once.
    next.services[0].health = nil
    try publisher.publish(next)
    _ = book.follow(publisher.state, at: .now)
    #expect(book.backends.isEmpty && book.released == ["any"])
    _ = book.follow(publisher.state, at: .now)
    #expect(book.released.isEmpty)
  }

  @Test func `70: every backend of a service has a port of its own`() {
    #expect(Int(ProbePorts.first) + BackendIndex.limit <= 65536)
    for index in [0, 1, 4095] as [UInt16] {
      #expect(ProbePorts.backend(of: ProbePorts.port(of: BackendIndex(index))) == BackendIndex(index))
    }
    for port in [0, 60999, 65096, 65535] as [UInt16] { #expect(ProbePorts.backend(of: port) == nil) }
  }

  /// The outcomes of checks that are made at once by one path.
  private func outcomes(_ checks: [(CheckSettings.Kind, port: UInt16)], _ path: ProbePath) -> [CheckOutcome] {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    let all = loop.makePromise(of: [CheckOutcome].self)
    loop.execute {
      let prober = Prober(loop: loop, limit: 10)
      var results: [CheckOutcome?] = checks.map { _ in nil }
      for (position, (kind, port)) in checks.enumerated() {
        var check = CheckKeys.defaults
        (check.kind, check.timeout, check.expect, check.send) = (kind, 5000, "well", "well")
        var target = CheckTarget(address: IPv4Address(127, 0, 0, 1), port: port)
        target.path = path
        prober.submit(check, target, due: .now) { outcome, _ in
          results[position] = outcome
          if results.allSatisfy({ $0 != nil }) { all.succeed(results.compactMap { $0 }) }
        }
      }
    }
    defer { try? group.syncShutdownGracefully() }
    return (try? all.futureResult.wait()) ?? []
  }

  @Test func `70: checks share a path's port as long as they ask different ends`() throws {
    let (one, two) = (try TestPeer(.silent), try TestPeer(.silent))
    let path = ProbePath(interface: "lo", source: IPv4Address(127, 0, 0, 1), port: 61007)
    let results = outcomes([(.tcp, one.port), (.tcp, two.port), (.icmp, 0), (.tcp, 1)], path)
    #expect(results.prefix(2).allSatisfy { $0 == .pass } && results.count == 4)
    #expect(results[3] == .failure("connect refused"))
    // Inconclusive: this process has no right to echoes.
    if case .failure(let reason) = results[2] { Issue.record("the echo: \(reason)") }
  }

  @Test func `70: what this machine lacks is no fault of a server's`() throws {
    let peer = try TestPeer(.silent)
    let absent = ProbePath(interface: "sluice-absent", source: IPv4Address(127, 0, 0, 1), port: 61008)
    for kind in [CheckSettings.Kind.tcp, .http, .udp] {
      guard case .inconclusive = outcomes([(kind, peer.port)], absent).first else {
        Issue.record("\(kind) blames the server")
        continue
      }
    }
    // Somebody has the port.
    let taken = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: "127.0.0.1", port: 61009).wait()
    defer { try? taken.close().wait() }
    let path = ProbePath(interface: "lo", source: IPv4Address(127, 0, 0, 1), port: 61009)
    guard case .inconclusive = outcomes([(.tcp, peer.port)], path).first else {
      Issue.record("the server is blamed")
      return
    }
  }

  @Test func `70, 72: a server that answers no ARP is down for that, and no longer when it does`() throws {
    let publisher = try publisher()
    let desk = HealthDesk(publisher: publisher)
    defer { desk.close() }
    let served = publisher.state.services[0].settings.backends.map {
      ServedBackend(service: publisher.state.services[0].identity, backend: $0.identity)
    }
    func views() -> [String?] {
      served.map { one in desk.book.withLock { $0.backend(one)?.health.view.cause } }
    }
    desk.resolve(allBut: [])
    #expect(views() == [nil, nil, nil])
    // One that is known by its MAC address is nowhere to be asked for.
    desk.resolve(allBut: [IPv4Address(10, 0, 0, 1), IPv4Address(rawValue: 0)])
    #expect(views() == ["its address is not resolved", nil, nil])
    desk.resolve(allBut: [IPv4Address(10, 0, 0, 3)])
    #expect(views() == ["not checked yet", nil, "its address is not resolved"])
    #expect(desk.events.last == 3)
  }

  @Test func `72: silent is who was lost, and who has never answered for long enough`() {
    var table = NeighbourTable()
    let (start, server) = (NeighbourTests.start, NeighbourTests.server)
    table.want([server], at: start)
    _ = NeighbourTests.run(&table, from: 0, to: 6.9)
    #expect(table.silent.isEmpty)
    _ = NeighbourTests.run(&table, from: 6.9, to: 7.2)
    #expect(table.silent == [server])
    _ = table.hear(NeighbourTests.says(NeighbourTests.mac), at: start + .seconds(8))
    #expect(table.silent.isEmpty)
    _ = NeighbourTests.run(&table, from: 8, to: 40)
    #expect(table.silent == [server])
  }
}
