import Configuration
import Control
import Dataplane
import EAL

extension Configuration {
  /// Ports as the dataplane numbers them: frontends first. A port for both sides is where clients are.
  var orderedPorts: [PortSettings] {
    ports.filter { $0.role != .backend } + ports.filter { $0.role == .backend }
  }

  /// Bytes of DPDK memory: as configured, or as much as is needed.
  func memory(for settings: DataplaneSettings) throws(EALError) -> UInt64 {
    let need = try settings.memoryNeeded()
    guard case .bytes(let configured) = dpdk.memory else { return need }
    return configured
  }

  func observations(of ports: [DataplanePort]) -> [PortObservation] {
    zip(ports, orderedPorts).map { port, settings in
      var observation = PortObservation(
        index: port.index, settings: settings, port: { port.device.port }, information: port.information, mtu: port.mtu,
        receiveQueues: port.receiveQueues, transmitQueues: port.transmitQueues)
      observation.twin = port.twin.map { ($0.request.name, $0.index) }
      return observation
    }
  }

  /// A name for this instance among DPDK processes, from what makes it unique: the path of its socket.
  var filePrefix: String {
    // FNV-1a: stable from start to start, unlike Swift's own hashes.
    let hash = control.socket.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return "sluice-" + String(hash, radix: 36)
  }
}

extension EnvironmentSettings {
  init(_ configuration: Configuration, memory: UInt64) {
    let hugePages: HugePageUse =
      switch configuration.dpdk.hugePages {
      case .auto: .automatic
      case .required: .required
      case .off: .off
      }
    self.init(
      mainLcore: configuration.dpdk.mainLcore, workers: configuration.workerLcores,
      hugePages: hugePages, memory: memory, capture: configuration.dpdk.capture, filePrefix: configuration.filePrefix,
      pciDevices: configuration.ports.compactMap {
        if case .pci(let address) = $0.device { address } else { nil }
      },
      extraArguments: configuration.dpdk.ealArguments)
  }
}

extension Configuration {
  /// The workers' lcores in EAL's words.
  var workerLcores: [EnvironmentSettings.Lcore] { dpdk.workerLcores.map { .init(id: $0.id, cpu: $0.cpu) } }
}

extension DataplaneSettings {
  init(_ configuration: Configuration) {
    let backends = configuration.services.reduce(0) { $0 + $1.backends.count }
    self.init(
      ports: configuration.orderedPorts.map { .init($0) }, workers: configuration.workerLcores,
      sessionCapacity: configuration.sessions.capacity, sleepsWhenIdle: configuration.idle == .sleep,
      // Room for pools that grow while the instance runs, and for what has left them: 4 MiB a worker.
      backendSlots: max(65536, 2 * backends))
    fragments = FragmentLimits(configuration.fragments)
  }
}

extension FragmentLimits {
  init(_ settings: FragmentSettings) {
    self.init(
      datagrams: settings.datagrams, held: settings.held, perClient: settings.perClient,
      timeout: UInt32((settings.timeout + 99) / 100))
  }
}

extension PortRequest {
  init(_ port: PortSettings) {
    let device: Port.Device =
      switch port.device {
      case .pci(let address): .pci(address)
      case .virtual(let text):
        .virtual(
          name: port.device.name, arguments: String(text.dropFirst(port.device.name.count + 1)))
      }
    self.init(
      name: port.name, device: device, side: port.role == .backend ? .backend : .frontend,
      clients: port.ip, tagAction: TagAction(port.vlan),
      twin: port.kernel.map { TwinRequest(name: $0.name, address: $0.address.address, prefix: $0.address.prefix) })
  }
}

extension TagAction {
  init(_ vlan: PortSettings.VLAN) {
    switch vlan {
    case .balance: self = .balance
    case .pass: self = .pass
    case .drop: self = .drop
    }
  }
}

extension Steering {
  init(_ plan: SteeringPlan) {
    let kind: Kind =
      switch plan {
      case .single: .single
      case .hardware: .hardware
      case .software: .software
      }
    self.init(kind: kind, text: plan.description)
  }
}
