import TestSupport
import Testing

@testable import EAL

/// What is wrong at start is said in one sentence that names the remedy, before EAL is touched where that can be.
@Suite(.serialized)
struct RefusalTests {
  static func refusal(_ change: (inout EnvironmentSettings) -> Void) -> String {
    var settings = SettingsTests.settings
    settings.hugePages = .off
    settings.workers = []
    settings.mainLcore = 0
    change(&settings)
    do {
      _ = try Environment.start(settings)
      return "it started"
    } catch { return "\(error)" }
  }

  static func refusal(of device: Port.Device) -> String {
    TestEnvironment.exclusively {
      do {
        let port = try Port.add(device)
        port.close()
        return "it was added"
      } catch { return "\(error)" }
    }
  }

  @Test func `a PCI device that is not there is named, with what lists those that are`() {
    let text = Self.refusal { $0.pciDevices = ["fffe:1f:1e.7"] }
    #expect(text.contains("no PCI device fffe:1f:1e.7") && text.contains("lspci"))
  }

  @Test func `a CPU that is not there is named, with those that are`() {
    let text = Self.refusal { $0.workers = [.init(id: 3, cpu: 1023)] }
    #expect(text.contains("lcore 3 would run on CPU 1023") && text.contains("usable: "))
    #expect(text.contains("LCORE@CPU"))
  }

  @Test func `more huge pages than there are is a sentence with the number to set`() {
    let text = Self.refusal {
      $0.hugePages = .required
      $0.memory = 1 << 50
    }
    #expect(text.contains("MiB of huge pages are needed") && text.contains("sysctl vm.nr_hugepages="))
  }

  @Test func `a virtual device that no driver knows is named`() {
    let text = Self.refusal(of: .virtual(name: "net_nonesuch0", arguments: ""))
    #expect(text.hasPrefix("device 'net_nonesuch0' cannot be added: "))
  }

  @Test func `a virtual device whose arguments its driver refuses is named`() {
    let text = Self.refusal(of: .virtual(name: "net_af_packet9", arguments: "iface=nonesuch0"))
    #expect(text.hasPrefix("device 'net_af_packet9' cannot be added: "))
    #expect(text.contains("check the driver's name and its arguments"))
  }

  @Test func `a device name that is taken is named`() throws {
    let name = TestEnvironment.uniqueName("net_null")
    let port = try TestEnvironment.exclusively { try Port.add(.virtual(name: name, arguments: "")) }
    let text = Self.refusal(of: .virtual(name: name, arguments: ""))
    #expect(text.contains(name) && text.contains("two ports cannot use one device name"))
    TestEnvironment.exclusively { port.close() }
  }

  @Test func `a session table too large for memory is a sentence`() throws {
    _ = TestEnvironment.shared
    do {
      _ = try HugeMemory(byteCount: 1 << 45, socket: -1, purpose: "a session table")
      Issue.record("there is no such memory")
    } catch { #expect("\(error)".contains("no memory left for a session table") && "\(error)".contains("dpdk.memory")) }
  }

  @Test func `a pool too large for memory is a sentence`() throws {
    _ = TestEnvironment.shared
    do {
      let pool = try MbufPool.create(
        name: TestEnvironment.uniqueName("huge_pool"), count: (1 << 24) - 1, room: 16384, socket: -1, sharesCPUs: false)
      pool.destroy()
      Issue.record("there is no such memory")
    } catch { #expect("\(error)".contains("no memory left for 16777215 mbufs of 16384 bytes")) }
  }

  @Test func `an interface that is not there has no MTU and is not running`() {
    #expect(KernelInterface(name: "nonesuch0").mtu == nil)
    #expect(!KernelInterface(name: "nonesuch0").isRunning)
    #expect(KernelInterface(name: "a name longer than any interface's may be").mtu == nil)
    #expect(KernelInterface(name: "lo").mtu == 65536)
  }
}
