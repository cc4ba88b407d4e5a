import Configuration
import Control
import Dataplane
import EAL
import Foundation
import Logging
import Net

/// One running balancer: wires configuration, dataplane and control together, in the order in which they
/// have to start and stop.
struct Appliance {
  /// What a start is made of.
  struct Launch {
    let configuration: Configuration
    /// What the configuration was read from.
    let file: String
    /// The level from which `log` logs.
    let threshold: LogThreshold
    let log: Logger
  }

  private let dataplane: Dataplane
  private let environment: Environment
  private let instance: Instance
  private let controls: Controls
  private let server: ControlServer
  private let links: LinkMonitor
  private let log: Logger

  /// Brings everything up; when it returns, packets flow.
  ///
  /// - Throws: `EALError` or `ControlError`, one sentence each; nothing is left behind.
  static func start(_ launch: Launch) throws -> Appliance {
    launch.log.info("sluice \(Sluice.version) starts")
    // First: whoever holds the socket is the instance, and may clean up after one that was killed.
    let control = launch.configuration.control
    let socket = try ControlSocket(claiming: control.socket, mode: control.socketMode, group: control.socketGroup)
    defer { withExtendedLifetime(socket) {} }
    let settings = DataplaneSettings(launch.configuration)
    let memory = try launch.configuration.memory(for: settings)
    let environment = try Environment.start(EnvironmentSettings(launch.configuration, memory: memory))
    for remark in environment.remarks { launch.log.warning("\(remark)") }
    do {
      return try start(launch, settings, environment, memory, socket)
    } catch {
      environment.stop()
      throw error
    }
  }

  private static func start(
    _ launch: Launch, _ settings: DataplaneSettings, _ environment: Environment, _ memory: UInt64,
    _ socket: ControlSocket
  ) throws -> Appliance {
    let (configuration, log) = (launch.configuration, launch.log)
    let quiescence = try QuiescentState(readers: settings.workers.count)
    let assembly = TableAssembly(hashSeed: configuration.hashSeed)
    let publisher = try Publisher(
      assembly, of: configuration, gracePeriods: quiescence, backendRoom: settings.backendSlots)
    let dataplane = try Dataplane(settings, published: publisher.published, quiescence: quiescence)
    publisher.attach(dataplane.workers.map(\.backends))
    let observations = configuration.observations(of: dataplane.ports)
    let instance = Instance(
      version: Sluice.version, cyclesPerSecond: Clock.frequency, steering: Steering(dataplane.steering),
      memory: MemoryFacts(hugePages: environment.usesHugePages, bytes: memory), workers: dataplane.workers,
      ports: observations, publisher: publisher)
    StartLog(log: log).write(configuration, dataplane, environment, memory)
    try InstanceTelemetry.register(instance)
    let controls = Controls(launch, instance, dataplane.yard)
    let server = try ControlServer.start(
      instance: instance, controls: controls, socket: socket, metrics: configuration.control.metrics,
      limits: ControlLimits(connections: configuration.control.connections), logger: log)
    let links = LinkMonitor(ports: dataplane.ports, observations, log: log)
    do { try dataplane.start() } catch {
      server.stop()
      throw error
    }
    instance.health.start(log: log)
    log.info("ready")
    return Appliance(
      dataplane: dataplane, environment: environment, instance: instance, controls: controls, server: server,
      links: links, log: log)
  }

  /// Watches links and draining backends until a signal says stop, then takes everything down.
  func runUntilStopped() {
    var signal: Int32?
    var rounds = 0
    while signal == nil {
      signal = StopSignals.wait(milliseconds: 100)
      links.look()
      controls.arp.look()
      rounds += 1
      if rounds % 10 == 0 {
        instance.drains.look(at: instance)
        for line in instance.tables.look(at: instance) { log.warning("\(line)") }
        controls.changes.settle()
      }
    }
    log.info("signal \(signal ?? 0): stopping")
    // First, so that whoever waits for an answer gets one.
    instance.health.close()
    controls.close()
    server.stop()
    InstanceTelemetry.withdraw()
    dataplane.stop()
    instance.publisher.close()
    environment.stop()
    log.info("stopped")
  }
}

extension PortYard: PortControl {}

extension Controls {
  fileprivate init(_ launch: Appliance.Launch, _ instance: Instance, _ yard: PortYard) {
    // The process may be anywhere later on; where it was started is what a relative path meant.
    let file = URL(fileURLWithPath: launch.file).standardizedFileURL.path
    let arp = ARPDesk(instance: instance, log: launch.log)
    self.init(
      changes: ChangeDesk(instance: instance, file: file, log: launch.log),
      sessions: SessionDesk(instance: instance), ports: yard, arp: arp,
      doctor: DoctorDesk(instance: instance, arp: arp),
      logLevel: launch.threshold, log: launch.log)
  }
}
