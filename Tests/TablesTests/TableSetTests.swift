import EAL
import Net
import TestSupport
import Testing

@testable import Tables

struct TableSetTests {
  static func set(
    _ services: [ServiceDefinition], seed: UInt64 = 1, unmatched: UnmatchedAction = .pass
  ) -> TableSet {
    TableSet(
      generation: 7, services: services, unmatched: unmatched, rules: SessionRules { _, _ in 1 },
      keys: TableSet.Keys(selection: KeyedHash(seed: seed, purpose: 1), lookup: .random()))
  }

  static func service(
    _ number: Int, backends: Int, transports: Set<TransportProtocol> = [.tcp], affinity: Affinity = .session,
    slots: Int = 251
  ) -> ServiceDefinition {
    ServiceDefinition(
      vip: IPv4Address(rawValue: 0xCB00_7100 + UInt32(number / 50000)), port: UInt16(1 + number % 50000),
      transports: transports, affinity: affinity, maglevSlots: slots,
      backends: (0..<backends).map {
        BackendDefinition(address: IPv4Address(rawValue: 0x0A00_0000 + UInt32(number) << 10 + UInt32($0)), port: 80)
      })
  }

  /// The service that an endpoint belongs to.
  static func service(of endpoint: Endpoint, in set: TableSet) -> Int? {
    let claim = set.tables.pointee.endpoints.claim(of: endpoint)
    return claim.isService ? Int(claim.service.rawValue) : nil
  }

  @Test func `19: 4096 services, one of them of 1024 backends, each found by its endpoints`() {
    let services = (0..<4096).map { Self.service($0, backends: $0 == 9 ? 1024 : 2, slots: $0 == 9 ? 16381 : 251) }
    let set = Self.set(services)
    #expect(set.slotCount == 4095 * 2 + 1024)
    let tables = set.tables.pointee
    for (index, definition) in services.enumerated() {
      let found = Self.service(of: Endpoint(definition.vip, definition.port, .tcp), in: set)
      #expect(found == index)
      let record = tables.service(ServiceIndex(UInt16(index)))
      #expect(record.pointee.vip == definition.vip && record.pointee.port == definition.port)
      #expect(Int(record.pointee.recordCount) == definition.backends.count)
      for position in [0, definition.backends.count - 1] {
        let backend = tables.backend(record.pointee.record(of: BackendIndex(UInt16(position))))
        #expect(backend.pointee.address == definition.backends[position].address)
        #expect(backend.pointee.slot == set.layouts[index].backends[position].slot)
      }
    }
  }

  @Test func `57: a service of all protocols is found under each of them, ICMP without a port`() {
    let set = Self.set([Self.service(0, backends: 2, transports: [.tcp, .udp, .icmp])])
    let vip = IPv4Address(rawValue: 0xCB00_7100)
    #expect(Self.service(of: Endpoint(vip, 1, .tcp), in: set) == 0)
    #expect(Self.service(of: Endpoint(vip, 1, .udp), in: set) == 0)
    #expect(Self.service(of: Endpoint(vip, 0, .icmp), in: set) == 0)
    #expect(Self.service(of: Endpoint(vip, 1, .icmp), in: set) == nil)
    let backend = IPv4Address(rawValue: 0x0A00_0000)
    for endpoint in [Endpoint(backend, 80, .tcp), Endpoint(backend, 80, .udp), Endpoint(backend, 0, .icmp)] {
      let claim = set.tables.pointee.endpoints.claim(of: endpoint)
      #expect(claim.isBackend && claim.isOneBackend)
      let member = set.tables.pointee.membership(claim.membership)
      #expect(member == Membership(service: ServiceIndex(0), backend: BackendIndex(0), isLast: true))
    }
  }

  @Test func `18: a backend of several services lists them all`() {
    var second = Self.service(1, backends: 1)
    second.backends = Self.service(0, backends: 2).backends
    let set = Self.set([Self.service(0, backends: 2), Self.service(1, backends: 1), second])
    let endpoint = Endpoint(second.backends[1].address, 80, .tcp)
    let claim = set.tables.pointee.endpoints.claim(of: endpoint)
    #expect(claim.isBackend && !claim.isOneBackend)
    let members = (0..<2).map { set.tables.pointee.membership(MembershipIndex(claim.membership.rawValue + $0)) }
    #expect(members.map(\.service) == [ServiceIndex(0), ServiceIndex(2)])
    #expect(members.map(\.backend) == [BackendIndex(1), BackendIndex(1)])
    #expect(members.map(\.isLast) == [false, true])
  }

  @Test func `a VIP that is also somebody's backend is a VIP`() {
    var other = Self.service(1, backends: 1)
    other.backends[0].address = IPv4Address(rawValue: 0xCB00_7100)
    other.backends[0].port = 1
    let set = Self.set([other, Self.service(0, backends: 1)])
    #expect(Self.service(of: Endpoint(IPv4Address(rawValue: 0xCB00_7100), 1, .tcp), in: set) == 1)
  }

  @Test func `31: weight 0 and an empty list get no keys`() {
    var definition = Self.service(0, backends: 3)
    definition.backends[1].weight = 0
    let set = Self.set([definition, Self.service(1, backends: 0)])
    let shares = (0..<3).map { set.layouts[0].maglevSlots(of: BackendIndex($0)) }
    #expect(shares[1] == 0 && shares[0] + shares[2] == 251)
    #expect(!set.tables.pointee.service(ServiceIndex(0)).pointee.isEmpty)
    #expect(set.tables.pointee.service(ServiceIndex(1)).pointee.isEmpty)
    definition.backends = definition.backends.map { BackendDefinition(address: $0.address, port: $0.port, weight: 0) }
    #expect(Self.set([definition]).tables.pointee.service(ServiceIndex(0)).pointee.isEmpty)
  }

  @Test func `35, 36: the choice follows seed and client, not the order or index of anything`() {
    var shuffled = Self.service(0, backends: 20)
    shuffled.backends.reverse()
    let one = Self.set([Self.service(0, backends: 20)])
    let same = Self.set([Self.service(3, backends: 2), shuffled])
    let other = Self.set([Self.service(0, backends: 20)], seed: 2)
    func chosen(_ set: TableSet, _ index: UInt16, _ client: Endpoint) -> IPv4Address {
      let tables = set.tables.pointee
      let service = tables.service(ServiceIndex(index))
      return tables.backend(service.pointee.record(of: tables.choice(of: service, for: client))).pointee.address
    }
    var equal = 0
    for number in 0..<5000 {
      let client = Endpoint(IPv4Address(rawValue: 0xC633_6400 + UInt32(number % 7)), UInt16(20000 + number), .tcp)
      #expect(chosen(one, 0, client) == chosen(same, 1, client))
      if chosen(one, 0, client) == chosen(other, 0, client) { equal += 1 }
    }
    // One in twenty by chance: 250.
    #expect(abs(equal - 250) < 80)
  }

  @Test func `39: with source affinity a client's port and protocol do not count`() {
    let set = Self.set([Self.service(0, backends: 20, affinity: .sourceIP)])
    let tables = set.tables.pointee
    let service = tables.service(ServiceIndex(0))
    var chosen: Set<BackendIndex> = []
    for host in 0..<200 {
      let address = IPv4Address(rawValue: 0xC633_6400 + UInt32(host))
      let choices = (0..<20).map { tables.choice(of: service, for: Endpoint(address, UInt16($0) * 3001, .tcp)) }
      #expect(Set(choices).count == 1)
      chosen.formUnion(choices)
    }
    #expect(chosen.count == 20)
  }

  @Test func `two services choose differently for one client`() {
    var second = Self.service(1, backends: 1)
    second.backends = Self.service(0, backends: 10).backends
    let set = Self.set([Self.service(0, backends: 10), second])
    let tables = set.tables.pointee
    let same = (0..<5000).filter { number in
      let client = Endpoint(IPv4Address(10, 9, 8, 7), UInt16(number), .tcp)
      let choices = (0..<2).map { tables.choice(of: tables.service(ServiceIndex($0)), for: client) }
      return choices[0] == choices[1]
    }
    #expect(abs(same.count - 500) < 120)
  }
}

extension MemorySuites {
  @Suite struct PublishedTests {
    @Test func `tables that were replaced are freed once every reader has reported, and not before`() throws {
      let quiescence = try TestEnvironment.exclusively { try QuiescentState(readers: 2) }
      for reader in 0..<UInt32(2) { quiescence.goOnline(reader: reader) }
      var old: TableSet? = TableSetTests.set([TableSetTests.service(0, backends: 1)])
      weak let observed = old
      let published = Published.create(try #require(old).tables)
      let new = TableSetTests.set([TableSetTests.service(0, backends: 2)])
      #expect(published.current().pointee.generation == 7)
      let held = published.current()
      published.exchange(for: new.tables)
      #expect(published.current() == UnsafePointer(new.tables))
      let token = quiescence.beginGracePeriod()
      #expect(!quiescence.hasPassed(token))
      quiescence.report(reader: 0)
      #expect(!quiescence.hasPassed(token), "the second reader may still hold the pointer")
      #expect(held.pointee.service(ServiceIndex(0)).pointee.recordCount == 1)
      quiescence.goOffline(reader: 1)
      #expect(quiescence.hasPassed(token))
      old = nil
      #expect(observed == nil)
      quiescence.goOffline(reader: 0)
      published.destroy()
      TestEnvironment.exclusively { quiescence.destroy() }
    }
  }
}
