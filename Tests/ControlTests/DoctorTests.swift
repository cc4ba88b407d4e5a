import Net
import Testing

@testable import Control

/// What a server's answers mean.
struct DoctorTests {
  static let vip = IPv4Address(10, 0, 0, 100)
  static let server = IPv4Address(10, 0, 0, 1)
  static let mac = MACAddress(rawValue: 0x02_0000_000101)
  static let own = MACAddress(rawValue: 0x02_0000_000302)
  static let borrowed = IPv4Address(10, 0, 0, 250)

  static func patient(address: IPv4Address? = server, mac: MACAddress? = mac) -> DoctorPatient {
    DoctorPatient(service: "anycast", backend: "server1", vip: vip, address: address, mac: mac, identifier: 7)
  }

  static func examination(
    _ patient: DoctorPatient = patient(), echoes: [UInt16] = [], claims: [(IPv4Address, MACAddress)] = [],
    borrowed: Bool = true
  ) -> DoctorReport.Examination {
    var findings = DoctorFindings()
    for echo in echoes { findings.note(echo: echo) }
    for (address, mac) in claims { findings.note(.announcement(of: address, at: mac)) }
    return patient.examination(findings, borrowed: borrowed)
  }

  @Test func `65: a server that answers for the VIP, and in ARP for nobody, is good`() {
    let found = Self.examination(echoes: [7, 8], claims: [(Self.server, Self.mac)])
    #expect(found.verdict == .good && found.acceptsVip == true && found.answersItself == true)
    #expect(found.answersArp == false)
  }

  @Test func `65: a server that owns its address but not the VIP is named for that`() {
    let found = Self.examination(echoes: [7])
    #expect(found.verdict == .bad && found.acceptsVip == false && found.answersItself == true)
    #expect(found.advice.contains("own address but not for the VIP"))
    #expect(Self.examination(Self.patient(address: nil)).advice.contains("is the VIP on its loopback"))
  }

  @Test func `65: a server that answers ARP for the VIP is bad, whatever else it does`() {
    let found = Self.examination(echoes: [7, 8], claims: [(Self.vip, Self.mac)])
    #expect(found.verdict == .bad && found.answersArp == true && found.advice.contains("arp_ignore=1"))
    // Another host's answer is not this one's.
    #expect(Self.examination(echoes: [7, 8], claims: [(Self.vip, Self.own)]).verdict == .good)
  }

  @Test func `72: a server whose address is not found is bad, and is asked nothing`() {
    let lost = Self.patient(mac: nil)
    #expect(Self.examination(lost).verdict == .bad)
    #expect(Self.examination(lost).advice.contains("10.0.0.1 answers no ARP"))
    #expect(lost.questions(from: Self.own, borrowed: Self.borrowed).isEmpty)
  }

  @Test func `65: without a borrowed address only ARP is asked, and the rest is not known`() {
    let found = Self.examination(borrowed: false)
    #expect(found.verdict == .unknown && found.acceptsVip == nil && found.answersItself == nil)
    let questions = Self.patient().questions(from: Self.own, borrowed: nil)
    #expect(
      questions == [
        ARPMessage.request(for: Self.vip, from: IPv4Address(0, 0, 0, 0), Self.own).frame(from: Self.own, to: Self.mac)
      ])
  }

  @Test func `65: echoes go to the VIP and to the server itself, both at its MAC address`() {
    let questions = Self.patient().questions(from: Self.own, borrowed: Self.borrowed)
    #expect(questions.count == 3 && questions.allSatisfy { $0.count == 60 })
    let ends: [[UInt8]] = questions.dropFirst().map { Array($0[26..<34]) }
    #expect(ends == [[10, 0, 0, 250, 10, 0, 0, 100], [10, 0, 0, 250, 10, 0, 0, 1]])
    for question in questions {
      #expect(Array(question[0..<12]) == [2, 0, 0, 0, 1, 1, 2, 0, 0, 0, 3, 2])
    }
    #expect(questions.dropFirst().map { UInt16($0[38]) << 8 | UInt16($0[39]) } == [8, 7])
  }
}
