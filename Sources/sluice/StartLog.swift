import Configuration
import Dataplane
import EAL
import Logging

/// What an operator reads at start: memory, ports, workers, steering, services.
struct StartLog {
  let log: Logger

  func write(_ configuration: Configuration, _ dataplane: Dataplane, _ environment: Environment, _ memory: UInt64) {
    log.info(
      "\(memory >> 20) MiB of memory to begin with, \(environment.usesHugePages ? "on" : "without") huge pages; DPDK's name for this instance (file prefix) is \(environment.filePrefix)"
    )
    for (port, settings) in zip(dataplane.ports, configuration.ports) { write(port, settings.role) }
    for remark in dataplane.remarks { log.warning("\(remark)") }
    for worker in dataplane.workers {
      let queues = worker.queues.isEmpty ? "no queues of its own" : worker.queues
      log.info("worker \(worker.index.rawValue): lcore \(worker.lcore) on CPU \(worker.cpu), \(queues)")
    }
    log.info("steering: \(dataplane.steering)")
    let capacity = configuration.sessions.capacity
    log.info(
      "sessions: \(capacity) per worker, unmatched frames \(configuration.unmatched == .pass ? "pass" : "are dropped")")
    for service in configuration.services {
      let usable = service.backends.filter(\.takesSessions).count
      let ports = service.port == 0 ? "" : ":" + service.ports.map { "\($0)" }.joined(separator: ",")
      log.info(
        "service \(service.name): \(service.vip)\(ports) \(service.protocols.rawValue), \(service.backends.count) backends, \(usable) usable"
      )
    }
  }

  private func write(_ port: DataplanePort, _ role: PortSettings.Role) {
    log.info(
      "port \(port.request.name) (\(role.rawValue)): \(port.information.driver), MTU \(port.mtu), \(port.receiveQueues) receive and \(port.transmitQueues) transmit queues"
    )
    if let twin = port.request.twin {
      log.info("port \(port.request.name): kernel twin \(twin.name), \(twin.address)/\(twin.prefix)")
    }
  }
}
