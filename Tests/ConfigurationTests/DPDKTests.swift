import Configuration
import Net
import Testing

@Suite struct DPDKTests {
  @Test(arguments: [
    Fixture(
      "dpdk: { worker_lcores: [] }", "4:24: dpdk.worker_lcores: found 0 lcores, expected from 1 to 64"),
    Fixture(
      "dpdk: { worker_lcores: [ 0, 2, \"2@0\" ] }",
      "4:26: dpdk.worker_lcores[0]: found lcore 0, which is the main lcore, \(Expected.own)",
      "4:32: dpdk.worker_lcores[2]: found lcore 2 a second time, \(Expected.own)"),
    Fixture(
      "dpdk: { main_lcore: 1 }",
      "4:21: dpdk.main_lcore: found 1, the default of worker_lcores, expected an lcore of its own"),
    Fixture(
      "dpdk: { worker_lcores: [ 128, \"3@1024\", -1, 1@, \"1@2@3\" ] }",
      "4:26: dpdk.worker_lcores[0]: found 128, \(Expected.lcore)",
      "4:31: dpdk.worker_lcores[1]: found \"3@1024\", \(Expected.lcore)",
      "4:41: dpdk.worker_lcores[2]: found \"-1\", \(Expected.lcore)",
      "4:45: dpdk.worker_lcores[3]: found \"1@\", \(Expected.lcore)",
      "4:49: dpdk.worker_lcores[4]: found \"1@2@3\", \(Expected.lcore)"),
    Fixture("dpdk: { main_lcore: 128 }", "4:21: dpdk.main_lcore: found 128, expected an lcore from 0 to 127"),
    Fixture("dpdk: { capture: yes }", "4:18: dpdk.capture: found \"yes\", expected true or false"),
    Fixture("dpdk: { memory: 512MB }", "4:17: dpdk.memory: found \"512MB\", \(Expected.memory)"),
    Fixture("dpdk: { memory: 63MiB }", "4:17: dpdk.memory: found \"63MiB\", \(Expected.memory)"),
    Fixture(
      "dpdk: { memory: 99999999999GiB }", "4:17: dpdk.memory: found \"99999999999GiB\", \(Expected.memory)"),
    Fixture(
      "dpdk: { capture: true, hugepages: off }",
      "4:18: dpdk.capture: found true with hugepages: off, expected hugepages: auto or required, "
        + "because dpdk-dumpcap attaches to shared huge pages"),
  ])
  func `what DPDK would choke on is refused`(fixture: Fixture) {
    check(fixture)
  }

  @Test func `one more worker than the limit is refused, the limit is not`() throws {
    let lcores = (1...WorkerIndex.limit).map(String.init).joined(separator: ", ")
    #expect(try readAfterPorts("dpdk: { worker_lcores: [ \(lcores) ] }").dpdk.workerLcores.count == WorkerIndex.limit)
    check(
      Fixture(
        "dpdk: { worker_lcores: [ \(lcores), 100 ] }",
        "4:24: dpdk.worker_lcores: found 65 lcores, expected from 1 to 64"))
  }

  @Test(arguments: [
    ("-l", "-l follows from dpdk.main_lcore and dpdk.worker_lcores"), ("-l1", "-l "), ("-c", "-c "), ("-m512", "-m "),
    ("--lcores", "--lcores "), ("--lcores=1", "--lcores "), ("--main", "--main-lcore "), ("--vdev", "--vdev "),
    ("-a", "-a "), ("--allow=0000:3b:00.0", "--allow "), ("--no-pci", "--no-pci "),
    ("--file-prefix=x", "--file-prefix "),
    ("--no-huge", "--no-huge "), ("--in-memory", "--in-memory "), ("--proc-type=auto", "--proc-type is always primary"),
  ])
  func `an EAL argument that Sluice sets itself is refused with the reason`(argument: String, reason: String) {
    let complaint = complaints(about: Fixture.twoPorts + "dpdk: { eal_args: [ \"\(argument)\" ] }")
    #expect(complaint.count == 1)
    let beginning =
      "4:21: dpdk.eal_args[0]: found \"\(argument)\", which Sluice sets itself, expected other arguments: \(reason)"
    #expect(complaint.first?.hasPrefix(beginning) == true)
  }

  @Test func `other EAL arguments are passed on as they are`() throws {
    let arguments = ["--huge-dir=/mnt/huge", "--log-level", "lib.eal:8", "-n4", "--iova-mode=va", "1"]
    let list = arguments.map { "\"\($0)\"" }.joined(separator: ", ")
    #expect(try readAfterPorts("dpdk: { eal_args: [ \(list) ] }").dpdk.ealArguments == arguments)
  }

  private enum Expected {
    static let own = "expected an lcore of its own for each worker (LCORE@CPU lets several share a CPU)"
    static let lcore = "expected an lcore from 0 to 127, or LCORE@CPU with a CPU below 1024"
    static let memory = "expected auto, or a size from 64MiB to 1024GiB such as 512MiB or 1GiB"
  }
}
