import Configuration
import Net
import Testing

@Suite struct LimitTests {
  @Test func `19: a service holds 4096 backends, and one more is a clean error`() throws {
    let backends = (0...BackendIndex.limit).map { "10.1.\($0 / 250).\($0 % 250 + 1):80" }
    let service = { (count: Int) in
      let list = backends.prefix(count).joined(separator: ",\n")
      return "services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, maglev_slots: 131071, backends: [\n\(list) ] } ]"
    }
    #expect(try readAfterPorts(service(4096)).services.first?.backends.count == 4096)
    check(Fixture(service(4097), "4101:1: services[0].backends[4096]: found 4097 backends, expected at most 4096"))
  }

  @Test func `19: an instance holds 16384 services, and one more is a clean error`() throws {
    let services = (0...ServiceIndex.limit).map { "- { vip: 10.0.0.1, protocol: tcp, port: \($0 + 1) }\n" }
    let file = { (count: Int) in "services:\n" + services.prefix(count).joined() }
    #expect(try readAfterPorts(file(16384)).services.count == 16384)
    check(Fixture(file(16385), "16389:3: services[16384]: found 16385 services, expected at most 16384"))
  }

  @Test func `a socket path is shorter than 108 bytes, not characters`() throws {
    let longest = "/" + String(repeating: "a", count: 106)
    #expect(try readAfterPorts("control: { socket: \(longest) }").control.socket == longest)
    #expect(complaints(about: Fixture.twoPorts + "control: { socket: \(longest)a }").count == 1)
    let accents = "/" + String(repeating: "é", count: 54)
    #expect(complaints(about: Fixture.twoPorts + "control: { socket: \(accents) }").count == 1)
  }

  @Test func `a name has at most 64 characters`() throws {
    let longest = String(repeating: "n", count: 64)
    let service = { (name: String) in "services: [ { name: \(name), vip: 10.0.0.1, protocol: icmp } ]" }
    #expect(try readAfterPorts(service(longest)).services.first?.name == longest)
    #expect(complaints(about: Fixture.twoPorts + service(longest + "n")).count == 1)
  }
}
