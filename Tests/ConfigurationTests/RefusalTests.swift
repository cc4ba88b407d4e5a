import Configuration
import Testing

@Suite struct RefusalTests {
  @Test(arguments: [
    Fixture("unmatched: accept", "4:12: unmatched: found \"accept\", expected pass or drop"),
    Fixture("idle: [ poll ]", "4:7: idle: found a list, expected poll or sleep"),
    Fixture("idle:", "4:6: idle: found nothing, expected poll or sleep"),
    Fixture("control: { socket: run/s }", "4:20: control.socket: found \"run/s\", \(Expected.path)"),
    Fixture("control: { socket: /run/ }", "4:20: control.socket: found \"/run/\", \(Expected.path)"),
    Fixture("control: { metrics: localhost:80 }", "4:21: control.metrics: found \"localhost:80\", \(Expected.listen)"),
    Fixture("control: { metrics: 1.2.3.4:0 }", "4:21: control.metrics: found \"1.2.3.4:0\", \(Expected.listen)"),
    Fixture("control: { socket_mode: 0800 }", "4:25: control.socket_mode: found 0800, \(Expected.mode)"),
    Fixture("control: { socket_mode: \"1777\" }", "4:25: control.socket_mode: found \"1777\", \(Expected.mode)"),
    Fixture("control: { socket_mode: u=rw }", "4:25: control.socket_mode: found \"u=rw\", \(Expected.mode)"),
    Fixture(
      "control: { socket_group: -x }",
      "4:26: control.socket_group: found \"-x\", expected the name of a group of users"),
    Fixture(
      "control: { connections: 0 }",
      "4:25: control.connections: found 0, expected a number of connections from 1 to 1024"),
    Fixture("control: { max_removed_share: 1.1 }", "4:31: control.max_removed_share: found \"1.1\", \(Expected.share)"),
    Fixture("control: { max_removed_share: 50% }", "4:31: control.max_removed_share: found \"50%\", \(Expected.share)"),
    Fixture("control: { max_removed_share: .5 }", "4:31: control.max_removed_share: found \".5\", \(Expected.share)"),
    Fixture(
      "control: { max_removed_share: 1e-1 }", "4:31: control.max_removed_share: found \"1e-1\", \(Expected.share)"),
    Fixture("sessions: { capacity: 1023 }", "4:23: sessions.capacity: found 1023, \(Expected.capacity)"),
    Fixture("sessions: { capacity: 268435457 }", "4:23: sessions.capacity: found 268435457, \(Expected.capacity)"),
    Fixture("sessions: { capacity: 1_048_576 }", "4:23: sessions.capacity: found \"1_048_576\", \(Expected.capacity)"),
    Fixture(
      "sessions: { capacity: \"2048\" }",
      "4:23: sessions.capacity: found \"2048\" in quotes, \(Expected.capacity), without quotes"),
    Fixture(
      "sessions: { capacity: 99999999999999999999999 }",
      "4:23: sessions.capacity: found \"99999999999999999999999\", \(Expected.capacity)"),
    Fixture("hash_seed: 0x", "4:12: hash_seed: found \"0x\", \(Expected.seed)"),
    Fixture("hash_seed: 0x10000000000000000", "4:12: hash_seed: found \"0x10000000000000000\", \(Expected.seed)"),
    Fixture("hash_seed: 18446744073709551616", "4:12: hash_seed: found 18446744073709551616, \(Expected.seed)"),
    Fixture("hash_seed: -1", "4:12: hash_seed: found \"-1\", \(Expected.seed)"),
    Fixture("hash_seed: 010", "4:12: hash_seed: found 010, \(Expected.seed)"),
  ])
  func `a value is refused with what was found and what was expected`(fixture: Fixture) {
    check(fixture)
  }

  @Test(arguments: ["10", "0s", "50ms", "8d", "1.5h", "10 s", "s", "", "-1s", "010s", "18446744073709551615d", "٣s"])
  func `a time without a unit, a plain digit or the range is refused`(text: String) {
    let complaint = complaints(about: Fixture.twoPorts + "sessions: { timeouts: { udp: \"\(text)\" } }")
    #expect(
      complaint == [
        "4:30: sessions.timeouts.udp: found \"\(text)\", expected a time from 100ms to 7d, such as 500ms, 10s, 2m, 1h or 1d"
      ])
  }

  @Test(arguments: [
    Fixture("idel: sleep", "4:1: idel: found an unknown key, expected idle, perhaps"),
    Fixture("hash-seed: 1", "4:1: hash-seed: found an unknown key, expected hash_seed, perhaps"),
    Fixture("Sessions: {}", "4:1: Sessions: found an unknown key, expected sessions, perhaps"),
    Fixture(
      "sessions: { max: 5 }", "4:13: sessions.max: found an unknown key, expected capacity, flood_rate or timeouts"),
    Fixture(
      "\"a\\nb\\u202e\": 1",
      "4:1: \"a\\nb\\u{202e}\": found an unknown key, expected dpdk, ports, unmatched, control, hash_seed, idle, "
        + "sessions, fragments, source_rewrite or services"),
  ])
  func `an unknown key is refused, with the nearest known one`(fixture: Fixture) {
    check(fixture)
  }

  @Test func `all errors of a file come at once, in its order`() {
    let text = "services:\n  - { vip: 1.2.3, protocol: tcp, port: http }\nidle: fast\nunmatched: maybe\n"
    let places = complaints(about: Fixture.twoPorts + text).map { $0.prefix { $0 != " " } }
    #expect(places == ["5:12:", "5:40:", "6:7:", "7:12:"])
  }

  @Test func `no more than a thousand errors are kept, and the others are counted`() throws {
    let text = Fixture.twoPorts + "services: [" + String(repeating: "1,", count: 1500) + "]"
    do throws(ConfigurationErrors) {
      _ = try read(text)
      Issue.record("accepted")
    } catch {
      #expect(error.errors.count == 1000)
      #expect(error.omitted == 500)
      #expect(error.description.hasSuffix("\nand 500 more errors"))
    }
  }

  private enum Expected {
    static let path = "expected an absolute path of a file, at most 107 bytes long"
    static let mode = "expected permissions in octal such as 0600 or 0660"
    static let share = "expected a share from 0 to 1 with at most four decimals, such as 0.25"
    static let listen = "expected an IPv4 address and port such as 127.0.0.1:9185"
    static let capacity = "expected a number of sessions from 1024 to 268435456"
    static let seed = "expected a number of at most 64 bits, decimal or hexadecimal as 0x5eed"
  }
}
