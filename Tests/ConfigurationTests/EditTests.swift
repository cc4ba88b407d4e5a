import Configuration
import Net
import Testing

@Suite struct EditTests {
  private static let file =
    Fixture.twoPorts + """
      hash_seed: 1
      services:
        - { name: web, vip: 10.0.0.1, protocol: tcp, port: 80, when_empty: reject, backends: [
            { address: "10.0.1.1:80", weight: 5, name: one }, { address: "10.0.1.2:80" }, { address: "10.0.1.3:80", name: "10.0.1.2:81" },
            { address: "10.0.1.2:81", name: four } ] }
        - { name: dns, vip: 10.0.0.2, protocol: all, port: 53, backends: [ 10.0.1.9:53 ] }
      """

  private let running: Configuration
  private let web: ServiceSettings
  private let one: BackendSettings

  init() throws {
    running = try read(Self.file).configuration
    web = running.services[0]
    one = web.backends[0]
  }

  @Test func `33: a patch changes its fields and leaves the others`() throws {
    let heavier = try backend("one", after: BackendPatch(weight: 9))
    #expect(heavier.weight == 9 && heavier.name == "one" && !heavier.isDraining)
    let draining = try backend("one", after: BackendPatch(drain: true))
    #expect(draining.weight == 5 && draining.name == "one" && draining.isDraining)
    let spare = try backend("one", after: BackendPatch(backup: true))
    #expect(spare.weight == 5 && spare.isBackup && !one.isBackup)
    let renamed = try backend("uno", after: BackendPatch(name: "uno"))
    #expect(renamed.weight == 5 && renamed.identity == one.identity)
    #expect(
      try running.applying(.changeBackend(service: "web", backend: "one", BackendPatch())).configuration == running)
  }

  @Test func `32, 33: a drained backend comes back with its weight`() throws {
    let drained = try running.applying(.changeBackend(service: "web", backend: "one", BackendPatch(drain: true)))
    let back = try drained.configuration.applying(
      .changeBackend(service: "web", backend: "10.0.1.1:80", BackendPatch(drain: false)))
    #expect(back.configuration == running)
  }

  @Test func `80: a whole list of backends is replaced in one step, or not at all`() throws {
    var new = one
    new.address = IPv4Address(10, 0, 1, 7)
    new.name = "seven"
    let result = try running.applying(.replaceBackends(service: "web", [new, one]))
    #expect(result.configuration.services[0].backends == [new, one])
    #expect(result.configuration.services[1] == running.services[1])
    new.weight = 70_000
    let found = try #require(refusal(of: .replaceBackends(service: "web", [one, new])))
    #expect(found.kind == .invalid && found.field == "backends[1].weight")
    #expect(found.message == "backends[1].weight: found 70000, expected a weight from 0 to 65535")
  }

  @Test func `57, 58: icmp stays with an address while a service of it claims all`() throws {
    var second = running.services[1]
    second.port = 54
    second.name = "dns-2"
    let both = try running.applying(.addService(second)).configuration
    #expect(both.endpoints.map { $0.map(\.description) }.dropFirst().last == ["10.0.0.2:54 tcp", "10.0.0.2:54 udp"])
    let left = try both.applying(.removeService("dns")).configuration
    #expect(left.endpoints.last?.map(\.description) == ["10.0.0.2:54 tcp", "10.0.0.2:54 udp", "10.0.0.2 icmp"])
    #expect(try left.applying(.removeService("dns-2")).configuration.endpoints.count == 1)
  }

  @Test func `a replaced backend stays in its place, an added one comes last`() throws {
    var two = web.backends[1]
    two.weight = 3
    let replaced = try running.applying(.putBackend(service: "web", two)).configuration.services[0].backends
    #expect(replaced.map(\.identity) == web.backends.map(\.identity))
    #expect(replaced[1].weight == 3)
    two.address = IPv4Address(10, 0, 1, 7)
    two.name = "seven"
    let added = try running.applying(.addBackend(service: "web", two)).configuration.services[0].backends
    #expect(added == web.backends + [two])
  }

  @Test func `an edit has the warnings of the file that it makes, with services by name`() throws {
    let result = try running.applying(.replaceBackends(service: "web", []))
    #expect(
      result.warnings.map(\.description) == [
        "running configuration: warning: services.web.backends: there are none, so no new session finds a server "
          + "(when_empty: reject)"
      ])
    #expect(try running.applying(.removeService("dns")).warnings.isEmpty)
  }

  @Test(
    arguments: [
      ("unknown_service", .notFound, "service", .removeService("wen")),
      ("unknown_service", .notFound, "service", .removeBackend(service: "wen", backend: "one")),
      ("unknown_backend", .notFound, "backend", .removeBackend(service: "web", backend: "two")),
      ("unknown_backend", .notFound, "backend", .removeBackend(service: "web", backend: "10.0.1.1:81")),
      ("unknown_backend", .notFound, "backend", .changeBackend(service: "web", backend: "10.0.1.1", BackendPatch())),
      ("ambiguous_backend", .conflict, "backend", .removeBackend(service: "web", backend: "10.0.1.2:81")),
      ("name_taken", .conflict, "name", .changeBackend(service: "web", backend: "one", BackendPatch(name: "four"))),
      ("invalid_value", .invalid, "name", .changeBackend(service: "web", backend: "one", BackendPatch(name: "a b"))),
      (
        "invalid_value", .invalid, "weight", .changeBackend(service: "web", backend: "one", BackendPatch(weight: 65536))
      ),
    ] as [(String, EditRefusal.Kind, String, ConfigurationEdit)])
  func `78: what is not there or does not fit is refused with its field`(
    code: String, kind: EditRefusal.Kind, field: String, edit: ConfigurationEdit
  ) throws {
    let found = try #require(refusal(of: edit))
    #expect(found.code == code && found.kind == kind && found.field == field)
  }

  @Test func `78: a second service or backend of a name, an address or an endpoint is refused`() throws {
    var other = web
    #expect(refusal(of: .addService(other))?.code == "service_exists")
    other.name = "other"
    #expect(refusal(of: .addService(other))?.code == "endpoint_taken")
    other.protocols = .all
    #expect(
      refusal(of: .putService(other))?.message
        == "10.0.0.1:80 tcp is claimed by the service \"web\" already (all is tcp and udp)")
    #expect(refusal(of: .addBackend(service: "web", one))?.code == "backend_exists")
    var twin = one
    twin.port = 90
    #expect(refusal(of: .addBackend(service: "web", twin))?.code == "name_taken")
    #expect(refusal(of: .replaceBackends(service: "web", [one, one]))?.field == "backends[1]")
  }

  @Test func `a backend that is a service is refused from either side`() throws {
    var loop = one
    loop.address = IPv4Address(10, 0, 0, 2)
    loop.port = 53
    loop.name = "loop"
    let behind = try #require(refusal(of: .addBackend(service: "web", loop)))
    #expect(behind.code == "service_loop" && behind.field == "address")
    var service = web
    service.name = "inner"
    service.vip = IPv4Address(10, 0, 1, 9)
    service.protocols = .udp
    service.port = 53
    let before = try #require(refusal(of: .addService(service)))
    #expect(before.code == "service_loop" && before.field == "vip")
    #expect(
      before.message
        == "10.0.1.9:53 udp, where the service \"dns\" has the backend \"10.0.1.9:53\", is the service \"inner\":"
        + " a service behind a service is a loop")
  }

  @Test func `19: the last backend and the last service fit, and one more is refused`() throws {
    var full = web
    full.maglevSlots = 131_071
    full.backends = (0..<BackendIndex.limit).map { Self.numbered(one, $0) }
    let fullService = try running.applying(.putService(full)).configuration
    #expect(fullService.services[0].backends.count == BackendIndex.limit)
    let excess = Self.numbered(one, BackendIndex.limit)
    #expect(refusal(of: .addBackend(service: "web", excess), in: fullService)?.code == "too_many_backends")
    #expect(refusal(of: .replaceBackends(service: "web", full.backends + [excess]))?.field == "backends[4096]")

    var many = running
    many.services = (0..<ServiceIndex.limit).map { index in
      var service = web
      service.port = UInt16(index + 1)
      service.name = service.identity.description
      return service
    }
    var next = web
    next.vip = IPv4Address(10, 0, 0, 9)
    #expect(refusal(of: .addService(next), in: many)?.code == "too_many_services")
  }

  /// The edit, made by hand and written to a file, reads as what `applying` gives, or is refused by both.
  @Test func `78, 79: an edit is the same as editing the file and reading it`() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("random edits: seed \(seed)")
    var random = try RandomConfiguration(seed: seed)
    var accepted = 0
    for _ in 0..<60 {
      var configuration = random.next()
      for _ in 0..<20 {
        let edit = random.edit(of: configuration)
        let byHand = EditModel.apply(edit, to: configuration).flatMap { try? read(ConfigurationText.yaml($0)) }
        let result = try? configuration.applying(edit)
        #expect(result?.configuration == byHand?.configuration, "\(edit)")
        #expect(result?.warnings.map(\.message).sorted() == byHand?.warnings.map(\.message).sorted())
        accepted += result == nil ? 0 : 1
        configuration = result?.configuration ?? configuration
      }
    }
    // Neither of the two may be the rule: then the other is not tested.
    #expect((200..<1000).contains(accepted), "\(accepted) of 1200")
  }

  private func backend(_ name: String, after patch: BackendPatch) throws -> BackendSettings {
    let result = try running.applying(.changeBackend(service: "web", backend: "one", patch))
    return try #require(result.configuration.services[0].backends.first { $0.name == name })
  }

  private func refusal(of edit: ConfigurationEdit, in configuration: Configuration? = nil) -> EditRefusal? {
    do throws(EditRefusal) {
      _ = try (configuration ?? running).applying(edit)
      return nil
    } catch {
      #expect(!error.message.isEmpty && !error.message.contains("\n"))
      return error
    }
  }

  private static func numbered(_ backend: BackendSettings, _ number: Int) -> BackendSettings {
    var backend = backend
    backend.address = IPv4Address(10, 2, UInt8(number / 250), UInt8(number % 250 + 1))
    backend.name = backend.identity.description
    return backend
  }
}
