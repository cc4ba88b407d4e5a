import Configuration
import Net
import Testing

@Suite struct ReaderTests {
  @Test func `two ports are a complete file, and every other key has its default`() throws {
    let configuration = try readAfterPorts("")
    #expect(configuration.dpdk.mainLcore == 0)
    #expect(configuration.dpdk.workerLcores.map(\.description) == ["1"])
    #expect(configuration.dpdk.hugePages == .auto)
    #expect(configuration.dpdk.memory == .automatic)
    #expect(configuration.dpdk.capture == false)
    #expect(configuration.dpdk.ealArguments == [])
    #expect(configuration.unmatched == .pass)
    #expect(configuration.control.socket == "/run/sluice/control.sock")
    #expect(configuration.control.socketMode == 0o600)
    #expect(configuration.control.socketGroup == nil)
    #expect(configuration.control.metrics == nil)
    #expect(configuration.control.connections == 64)
    #expect(configuration.control.maxRemovedShare == 0.5)
    #expect(configuration.hashSeed == nil)
    #expect(configuration.idle == .poll)
    #expect(configuration.sessions.capacity == 1_048_576)
    let timeouts = configuration.sessions.timeouts
    #expect(timeouts.tcpSyn == 10_000)
    #expect(timeouts.tcpEstablished == 3_600_000)
    #expect(timeouts.tcpClosing == 10_000)
    #expect(timeouts.udp == 60_000)
    #expect(timeouts.icmp == 10_000)
    #expect(configuration.services == [])
  }

  @Test func `a service says only where it is, and its other keys have their defaults`() throws {
    let configuration = try readAfterPorts(
      "services: [ { vip: 10.0.0.1, protocol: udp, port: 53, backends: [ 10.0.1.2:5353 ] } ]")
    let service = try #require(configuration.services.first)
    #expect(service.name == "10.0.0.1:53/udp")
    #expect(service.mode == .nat)
    #expect(service.vip == IPv4Address(10, 0, 0, 1))
    #expect(service.protocols == .udp)
    #expect(service.port == 53)
    #expect(service.affinity == .session)
    #expect(service.whenEmpty == .pass)
    #expect(service.onKill == .reselect)
    #expect(service.echo == .backend)
    #expect(configuration.ports.map(\.vlan) == [.balance, .balance])
    #expect(service.maglevSlots == 16381)
    let backend = try #require(service.backends.first)
    #expect(backend.name == "10.0.1.2:5353")
    #expect(backend.address == IPv4Address(10, 0, 1, 2))
    #expect(backend.port == 5353)
    #expect(backend.weight == 1)
    #expect(!backend.isDraining)
  }

  @Test func `every key is read`() throws {
    let configuration = try readAfterPorts(
      """
      dpdk: { main_lcore: 3, worker_lcores: [ 1, "2@5" ], hugepages: required, memory: 2GiB, capture: true, eal_args: [-n4] }
      unmatched: drop
      control: { socket: /tmp/s, socket_mode: 0660, socket_group: ops, metrics: "127.0.0.1:9185", connections: 7,
                 max_removed_share: 0.25, log_format: json }
      hash_seed: 0x5eed
      idle: sleep
      sessions: { capacity: 1024, timeouts: { tcp_syn: 1s, tcp_established: 2m, tcp_closing: 3h, udp: 4d, icmp: 500ms } }
      services:
        - { name: dns, mode: nat, vip: 10.0.0.1, protocol: all, port: 53, affinity: source_ip, when_empty: reject,
            on_kill: reset, echo: self_while_usable, maglev_slots: 65537,
            backends: [ { address: "10.0.1.2:5353", weight: 0, drain: true, name: one } ] }
      """)
    #expect(configuration.dpdk.mainLcore == 3)
    #expect(configuration.dpdk.workerLcores.map(\.description) == ["1", "2@5"])
    #expect(configuration.dpdk.hugePages == .required)
    #expect(configuration.dpdk.memory == .bytes(2 << 30))
    #expect(configuration.dpdk.capture)
    #expect(configuration.dpdk.ealArguments == ["-n4"])
    #expect(configuration.unmatched == .drop)
    #expect(configuration.control.socket == "/tmp/s")
    #expect(configuration.control.socketMode == 0o660)
    #expect(configuration.control.socketGroup == "ops")
    #expect(configuration.control.metrics?.description == "127.0.0.1:9185")
    #expect(configuration.control.connections == 7)
    #expect(configuration.control.maxRemovedShare == 0.25)
    #expect(configuration.control.logFormat == .json)
    #expect(configuration.hashSeed == 0x5eed)
    #expect(configuration.idle == .sleep)
    #expect(configuration.sessions.capacity == 1024)
    let timeouts = configuration.sessions.timeouts
    #expect([timeouts.tcpSyn, timeouts.tcpEstablished, timeouts.tcpClosing] == [1000, 120_000, 10_800_000])
    #expect([timeouts.udp, timeouts.icmp] == [345_600_000, 500])
    let service = try #require(configuration.services.first)
    #expect(service.name == "dns")
    #expect(service.protocols == .all)
    #expect(service.affinity == .sourceIP)
    #expect(service.whenEmpty == .reject)
    #expect(service.onKill == .reset)
    #expect(service.echo == .itselfWhileUsable)
    #expect(service.maglevSlots == 65537)
    #expect(service.backends.first?.name == "one")
    #expect(service.backends.first?.weight == 0)
    #expect(service.backends.first?.isDraining == true)
  }

  @Test func `sections and lists may be left empty, as when everything in them is commented out`() throws {
    let text = "dpdk:\ncontrol:\nsessions:\nservices:\n"
    #expect(try readAfterPorts(text) == readAfterPorts(""))
    #expect(try readAfterPorts("dpdk: { worker_lcores: , eal_args: ~ }") == readAfterPorts(""))
    #expect(try readAfterPorts("sessions: { timeouts: null }") == readAfterPorts(""))
  }

  @Test(arguments: [
    ("0x5eed", 0x5eed), ("0xFFFFffffFFFFffff", UInt64.max), ("0", 0), ("18446744073709551615", UInt64.max),
  ])
  func `a hash seed is any number of 64 bits`(text: String, seed: UInt64) throws {
    #expect(try readAfterPorts("hash_seed: \(text)").hashSeed == seed)
  }

  @Test(arguments: [
    ("100ms", 100), ("101ms", 200), ("250ms", 300), ("1s", 1000), ("2m", 120_000), ("1h", 3_600_000),
    ("7d", 604_800_000), ("168h", 604_800_000),
  ])
  func `a timeout is rounded up to 100 ms`(text: String, milliseconds: UInt64) throws {
    let configuration = try readAfterPorts("sessions: { timeouts: { udp: \(text) } }")
    #expect(configuration.sessions.timeouts.udp == milliseconds)
  }

  @Test(arguments: [("64MiB", 64 << 20), ("512MiB", 512 << 20), ("1GiB", 1 << 30), ("1024GiB", 1 << 40)])
  func `memory is a size`(text: String, bytes: UInt64) throws {
    #expect(try readAfterPorts("dpdk: { memory: \(text) }").dpdk.memory == .bytes(bytes))
  }

  @Test func `what only looks like a number or a truth stays text`() throws {
    let names = ["yes", "off", "10:30", "0o17", "1_000", "1.50", "0x1F", "0777", "2026-01-01"]
    for name in names {
      let service = "services: [ { name: \(name), vip: 10.0.0.1, protocol: tcp, port: 80 } ]"
      #expect(try readAfterPorts(service).services.first?.name == name)
    }
  }

  @Test func `a file is read from disk, and its name is the one that was given`() throws {
    #expect(throws: ConfigurationErrors.self) { try ConfigurationReader.read(path: "/nowhere/sluice.yaml") }
    do throws(ConfigurationErrors) {
      _ = try ConfigurationReader.read(path: "/nowhere/sluice.yaml")
    } catch {
      #expect(error.description == "/nowhere/sluice.yaml: found no such file, expected a file that can be read")
    }
    do throws(ConfigurationErrors) {
      _ = try ConfigurationReader.read(path: "/")
    } catch {
      #expect(error.description == "/: found a directory, expected a file that can be read")
    }
  }
}
