import Configuration
import Control
import Dataplane
import EAL
import Logging
import Net

/// One running balancer: wires configuration, dataplane and control together, in the order in which they
/// have to start and stop.
struct Appliance {
  private let dataplane: Dataplane
  private let environment: Environment
  private let publisher: Publisher
  private let server: ControlServer
  private let links: LinkMonitor
  private let log: Logger

  /// Brings everything up; when it returns, packets flow.
  ///
  /// - Throws: `EALError` or `ControlError`, one sentence each; nothing is left behind.
  static func start(_ configuration: Configuration, log: Logger) throws -> Appliance {
    log.info("sluice \(Sluice.version) starts")
    // First: whoever holds the socket is the instance, and may clean up after one that was killed.
    let socket = try ControlSocket(claiming: configuration.control.socket)
    defer { withExtendedLifetime(socket) {} }
    let settings = DataplaneSettings(configuration)
    let memory = try configuration.memory(for: settings)
    let environment = try Environment.start(EnvironmentSettings(configuration, memory: memory))
    for remark in environment.remarks { log.warning("\(remark)") }
    do {
      return try start(configuration, settings, environment, memory, socket, log)
    } catch {
      environment.stop()
      throw error
    }
  }

  private static func start(
    _ configuration: Configuration, _ settings: DataplaneSettings, _ environment: Environment, _ memory: UInt64,
    _ socket: ControlSocket, _ log: Logger
  ) throws -> Appliance {
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
    let server = try ControlServer.start(
      instance: instance, socket: socket, metrics: configuration.control.metrics, logger: log)
    let links = LinkMonitor(ports: dataplane.ports, states: observations.map(\.link), log: log)
    do { try dataplane.start() } catch {
      server.stop()
      throw error
    }
    log.info("ready")
    return Appliance(
      dataplane: dataplane, environment: environment, publisher: publisher, server: server, links: links, log: log)
  }

  /// Watches the links until a signal says stop, then takes everything down.
  func runUntilStopped() {
    var signal: Int32?
    while signal == nil {
      signal = StopSignals.wait(milliseconds: 100)
      links.look()
    }
    log.info("signal \(signal ?? 0): stopping")
    server.stop()
    InstanceTelemetry.withdraw()
    dataplane.stop()
    publisher.close()
    environment.stop()
    log.info("stopped")
  }
}
