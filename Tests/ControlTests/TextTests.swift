@testable import Control
import Testing

@Suite struct TextTests {
  @Test func `numbers stand under each other, text begins under its title, no line ends in spaces`() {
    var table = TextTable([.text("NAME"), .number("COUNT"), .text("WHY")])
    table.add(["a", "1", "x"])
    table.add(["longer", "1,000,000", ""])
    #expect(
      table.text == """
        NAME        COUNT  WHY
        a               1  x
        longer  1,000,000

        """)
  }

  @Test func `a label cannot steer the terminal`() {
    var table = TextTable([.text("NAME")])
    table.add(["a\u{1B}[2Jb\nc"])
    #expect(table.text == "NAME\na?[2Jb?c\n")
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (UInt64.max, "18,446,744,073,709,551,615"),
  ])
  func `counts have separators`(value: UInt64, text: String) { #expect(Figures.count(value) == text) }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (9_994, "9.99 kB"), (9_996, "10.0 kB"), (99_940, "99.9 kB"),
    (99_960, "100 kB"), (999_400, "999 kB"), (999_600, "1.00 MB"), (1_234_567_890, "1.23 GB"),
    (UInt64.max, "18.4 EB"),
  ])
  func `bytes have three digits and a unit`(value: UInt64, text: String) { #expect(Figures.bytes(value) == text) }

  @Test(arguments: [(0.0, "0.00 %"), (0.12345, "12.35 %"), (1, "100.00 %")])
  func `shares are per cent`(value: Double, text: String) { #expect(Figures.percent(value) == text) }

  @Test(arguments: [(59.9, "59 s"), (61, "1 min 1 s"), (3700, "1 h 1 min"), (90_000, "1 d 1 h"), (-1, "0 s")])
  func `durations have two units`(value: Double, text: String) { #expect(Figures.duration(value) == text) }

  @Test func `decimals are rounded`() {
    #expect(Figures.decimal(0.05, places: 1) == "0.1")
    #expect(Figures.decimal(1234.56, places: 1) == "1,234.6")
    #expect(Figures.decimal(-0.04, places: 1) == "0.0")
    #expect(Figures.decimal(7, places: 0) == "7")
  }

  @Test func `sessions that an operator ended are told`() throws {
    let reading = try Bench().reading
    var workers = WorkersReport(reading)
    workers.workers[0].sessions.killed = 41
    workers.workers[0].sessions.flushed = 43
    let table = workers.text.split(separator: "\n").suffix(workers.workers.count + 1)
    #expect(table.first?.contains("KILLED  FLUSHED") == true)
    #expect(
      table.dropFirst().first?.split(separator: " ").suffix(6).elementsEqual(["41", "43", "0", "0", "0", "no"]) == true)
    var status = StatusReport(reading)
    #expect(!status.text.contains("killed"))
    status.sessions.killed = 41
    status.sessions.flushed = 43
    #expect(status.text.contains(" not stored, 41 killed, 43 flushed\n"))
  }

  @Test func `every report has its lines`() throws {
    let bench = try Bench()
    bench.addTraffic()
    let reading = bench.reading
    let services = ServicesReport(reading).text.split(separator: "\n")
    #expect(services.count == 4)
    #expect(services[1].hasPrefix("web"))
    #expect(services[1].contains("10.0.2.100:8000/tcp"))
    #expect(services[1].contains(" 2/3 "), "two of three backends take sessions")
    #expect(services[2].contains("10.0.2.101/icmp"))
    let backends = BackendsReport(reading).text.split(separator: "\n")
    #expect(backends.count == 5)
    #expect(backends[3].contains("drain"))
    #expect(backends[2].contains("75.00 %"))
    let drops = DropsReport(reading).text
    #expect(drops.contains("truncated_tcp"))
    #expect(!drops.contains("truncated_udp"), "what has not occurred is left out")
    #expect(PortsReport(reading).text.contains("1.23 MB"))
    #expect(WorkersReport(reading).text.contains("frontend rx1"))
    #expect(ServicesReport(try Bench(Bench.withoutServices).reading).text == "no services\n")
    #expect(BackendsReport(try Bench(Bench.withoutServices).reading).text == "no backends\n")
  }
}

extension Bench {
  static let withoutServices = "ports: { frontend: { device: net_tap0 }, backend: { device: net_tap1 } }"
}
