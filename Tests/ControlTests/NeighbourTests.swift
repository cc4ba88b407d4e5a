import Configuration
import Net
import Testing

@testable import Control

/// What is known of servers, as time passes.
struct NeighbourTests {
  static let server = IPv4Address(10, 0, 1, 2)
  static let mac = MACAddress(rawValue: 0x02_0000_000102)
  static let other = MACAddress(rawValue: 0x02_0000_000103)
  static let start = ContinuousClock.now

  static func says(_ mac: MACAddress, _ address: IPv4Address = server) -> ARPMessage {
    .announcement(of: address, at: mac)
  }

  /// Turns once a tenth of a second, and what was asked and became different, with the second it happened in.
  static func run(
    _ table: inout NeighbourTable, from: Double, to: Double
  ) -> (questions: [(second: Double, question: NeighbourTable.Question)], events: [NeighbourTable.Event]) {
    var questions: [(Double, NeighbourTable.Question)] = []
    var events: [NeighbourTable.Event] = []
    for tenth in Int(from * 10)..<Int(to * 10) {
      let turn = table.turn(at: start + .milliseconds(tenth * 100), limit: 64)
      questions += turn.questions.map { (Double(tenth) / 10, $0) }
      events += turn.events
    }
    return (questions, events)
  }

  @Test func `72: a server is asked for at once, then less and less often, and said to be silent once`() {
    var table = NeighbourTable()
    table.want([Self.server], at: Self.start)
    let (questions, events) = Self.run(&table, from: 0, to: 40)
    #expect(questions.map(\.second) == [0, 1, 3, 7, 15, 23, 31, 39])
    #expect(questions.allSatisfy { $0.question == NeighbourTable.Question(address: Self.server, mac: nil) })
    #expect(events == [.silent(Self.server)])
    #expect(table.resolved.isEmpty)
  }

  @Test func `72: a server that answers is known, and asked again by itself before it is forgotten`() {
    var table = NeighbourTable()
    table.want([Self.server], at: Self.start)
    _ = Self.run(&table, from: 0, to: 0.2)
    #expect(table.hear(Self.says(Self.mac), at: Self.start) == .found(Self.server, Self.mac))
    #expect(table.resolved == [Self.server: Self.mac])
    let (questions, events) = Self.run(&table, from: 0.1, to: 22.5)
    #expect(questions.map(\.second) == [20, 21, 22])
    #expect(questions.allSatisfy { $0.question.mac == Self.mac })
    #expect(events.isEmpty)
    // It answers, and has its rest.
    #expect(table.hear(Self.says(Self.mac), at: Self.start + .seconds(22)) == nil)
    #expect(Self.run(&table, from: 22.5, to: 41.9).questions.isEmpty)
  }

  @Test func `72: a server that answers no more is lost after half a minute, and found again`() {
    var table = NeighbourTable()
    table.want([Self.server], at: Self.start)
    _ = table.hear(Self.says(Self.mac), at: Self.start)
    let (questions, events) = Self.run(&table, from: 0, to: 60)
    #expect(events == [.lost(Self.server, Self.mac)])
    #expect(questions.filter { $0.second < 30 }.allSatisfy { $0.question.mac == Self.mac })
    #expect(questions.filter { $0.second >= 30 }.map(\.second) == [30, 31, 33, 37, 45, 53])
    #expect(table.resolved.isEmpty)
    #expect(table.hear(Self.says(Self.mac), at: Self.start + .seconds(60)) == .found(Self.server, Self.mac))
    #expect(table.resolved == [Self.server: Self.mac])
  }

  @Test func `72: a server that moves is followed`() {
    var table = NeighbourTable()
    table.want([Self.server], at: Self.start)
    _ = table.hear(Self.says(Self.mac), at: Self.start)
    #expect(
      table.hear(Self.says(Self.other), at: Self.start + .seconds(1))
        == .moved(Self.server, from: Self.mac, to: Self.other))
    #expect(table.resolved == [Self.server: Self.other])
  }

  @Test func `72: where a server was found it stays for a second, and then all are asked`() {
    var table = NeighbourTable()
    table.want([Self.server], at: Self.start)
    _ = table.turn(at: Self.start, limit: 1)
    _ = table.hear(Self.says(Self.mac), at: Self.start)
    for tenth in 1..<10 {
      #expect(table.hear(Self.says(Self.other), at: Self.start + .milliseconds(100 * tenth)) == nil)
    }
    #expect(table.resolved == [Self.server: Self.mac])
    let (questions, _) = Self.run(&table, from: 0.1, to: 3)
    #expect(questions.map(\.second) == [1, 2] && questions.map(\.question.mac) == [nil, Self.mac])
    #expect(table.hear(Self.says(Self.other), at: Self.start + .seconds(3)) != nil)
  }

  @Test func `72: no server is at an address of Sluice itself`() {
    var table = NeighbourTable()
    table.want([Self.server], at: Self.start)
    _ = table.hear(Self.says(Self.mac), at: Self.start)
    table.want([Self.server], own: [Self.mac], at: Self.start)
    #expect(table.resolved.isEmpty && table.entries.count == 1)
  }

  @Test func `72: nobody is believed who cannot be one host, or is not asked for`() {
    var table = NeighbourTable()
    table.want([Self.server], at: Self.start)
    #expect(table.hear(Self.says(.broadcast), at: Self.start) == nil)
    #expect(table.hear(Self.says(MACAddress(rawValue: 0)), at: Self.start) == nil)
    #expect(table.hear(Self.says(Self.mac, IPv4Address(10, 0, 1, 3)), at: Self.start) == nil)
    #expect(table.resolved.isEmpty)
    _ = table.hear(Self.says(Self.mac), at: Self.start)
    table.want([], at: Self.start)
    #expect(table.resolved.isEmpty && table.entries.isEmpty)
  }

  @Test(arguments: [("", [0, 0, 0, 0] as [UInt8]), (", arp_source: 10.0.1.251", [10, 0, 1, 251])])
  func `72: servers are asked for by the port's ARP sender, or by nobody`(_ key: String, _ sender: [UInt8]) throws {
    let text = """
      ports: { frontend: { device: net_tap0 }, backend: { device: net_tap1\(key) } }
      unmatched: drop
      services: [ { name: a, mode: dsr, vip: 10.0.1.100, protocol: all, backends: [ 10.0.1.2 ] } ]
      """
    let configuration = try ConfigurationReader.read(text: text, file: "f").configuration
    let port = PortObservation(
      index: PortIndex(1), name: "backend", role: .backend, device: "net_tap1", driver: "net_tap", mac: Self.other,
      mtu: 1500, receiveQueues: 1, transmitQueues: 1, link: LinkState(), statistics: { nil })
    let question = NeighbourTable.Question(address: Self.server, mac: nil)
    let frame = try #require(ARPWishes(configuration, [port]).frame(question))
    #expect(frame.port == PortIndex(1) && Array(frame.bytes[28..<32]) == sender)
  }

  @Test func `72: a thousand servers are asked in turn, so many at a time`() {
    var table = NeighbourTable()
    let servers = Set((0..<1000).map { IPv4Address(rawValue: 0x0A00_0000 + UInt32($0)) })
    table.want(servers, at: Self.start)
    var asked: Set<IPv4Address> = []
    for turn in 0..<10 {
      let questions = table.turn(at: Self.start + .milliseconds(turn), limit: 100).questions
      #expect(questions.count == 100)
      asked.formUnion(questions.map(\.address))
    }
    #expect(asked == servers)
  }
}

struct AnnouncementTests {
  static let start = ContinuousClock.now

  static func announcement(
    _ last: UInt8 = 100, _ mac: UInt64 = 0x64, port: UInt8 = 0
  ) -> AnnouncementPlan.Announcement {
    AnnouncementPlan.Announcement(
      place: AnnouncementPlan.Place(vip: IPv4Address(10, 0, 0, last), port: PortIndex(port)),
      mac: MACAddress(rawValue: 0x02_0000_000000 + mac))
  }

  /// The tenths of seconds in which something was announced.
  static func run(_ plan: inout AnnouncementPlan, from: Int, to: Int) -> [(tenth: Int, AnnouncementPlan.Announcement)] {
    (from..<to).flatMap { tenth in
      plan.turn(at: start + .milliseconds(tenth * 100), limit: 64).map { (tenth, $0) }
    }
  }

  @Test func `71: a VIP is announced at once, two seconds later, and every minute`() {
    var plan = AnnouncementPlan()
    plan.want([Self.announcement()], at: Self.start)
    let told = Self.run(&plan, from: 0, to: 1500)
    #expect(told.map(\.tenth) == [0, 20, 620, 1220])
    #expect(told.allSatisfy { $0.1 == Self.announcement() })
  }

  @Test func `71: what changes is announced anew, and nothing else`() {
    var plan = AnnouncementPlan()
    plan.want([Self.announcement(100), Self.announcement(101)], at: Self.start)
    _ = Self.run(&plan, from: 0, to: 50)
    let changed = Self.announcement(100, 0x65)
    plan.want([changed, Self.announcement(101), Self.announcement(102)], at: Self.start + .seconds(5))
    let told = Self.run(&plan, from: 50, to: 80)
    #expect(told.map(\.1) == [changed, Self.announcement(102), changed, Self.announcement(102)])
    #expect(told.map(\.tenth) == [50, 50, 70, 70])
    plan.want([], at: Self.start + .seconds(8))
    #expect(Self.run(&plan, from: 80, to: 1400).isEmpty)
  }

  @Test func `71: a port that comes back is told everything again, and an operator may have it told`() {
    var plan = AnnouncementPlan()
    plan.want([Self.announcement(port: 0), Self.announcement(port: 1), Self.announcement(101)], at: Self.start)
    _ = Self.run(&plan, from: 0, to: 50)
    plan.repeatAll(on: PortIndex(1), at: Self.start + .seconds(5))
    #expect(Self.run(&plan, from: 50, to: 80).map(\.1) == [Self.announcement(port: 1), Self.announcement(port: 1)])
    #expect(plan.repeatNow([IPv4Address(10, 0, 0, 100)], at: Self.start + .seconds(8)) == 2)
    #expect(Self.run(&plan, from: 80, to: 90).count == 2)
    #expect(plan.repeatNow([IPv4Address(10, 0, 0, 99)], at: Self.start + .seconds(9)) == 0)
  }

  @Test func `71: each host that claims a VIP is told of once an hour, and a flood of them fills no log`() {
    var log = ConflictLog()
    func claim(_ mac: Int) -> ConflictLog.Claim {
      ConflictLog.Claim(
        address: IPv4Address(10, 0, 0, 100), mac: MACAddress(rawValue: UInt64(mac)), port: PortIndex(0))
    }
    #expect(log.note(claim(1), at: Self.start) == true)
    #expect(log.note(claim(1), at: Self.start + .seconds(3599)) == false)
    #expect(log.note(claim(1), at: Self.start + .seconds(3600)) == true)
    let lines = (2..<10_000).count { log.note(claim($0), at: Self.start + .seconds(3601)) }
    #expect(lines == ConflictLog.room - 1)
    #expect(log.note(claim(20_000), at: Self.start + .seconds(7300)) == true)
  }
}
