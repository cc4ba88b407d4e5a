import Control
import Dataplane
import EAL
import Logging

/// Notices links that go down and come up, and kernel twins that are lost and come back, and says so once each way
/// (behaviour 99).
///
/// The driver knows of most ports; where a port sits on a kernel interface, that is asked, when rtnetlink
/// says that something has changed.
final class LinkMonitor {
  private let ports: [DataplanePort]
  private let states: [LinkState]
  private let twins: [TwinObservation?]
  private let watch: LinkWatch?
  private let log: Logger
  private var rounds = 0
  /// Turns, a tenth of a second each, in which a twin must be found missing before it is said to be lost.
  private static let patience = 5
  /// By port: in how many turns its twin was found missing.
  private var doubts: [String: Int] = [:]
  /// Ports whose interface's MTU has been raised above what they take, and which were said so.
  private var tooLarge: Set<String> = []

  init(ports: [DataplanePort], _ observations: [PortObservation], log: Logger) {
    self.ports = ports
    states = observations.map(\.link)
    twins = observations.map(\.twin)
    self.log = log
    watch = LinkWatch()
    for (port, state) in zip(ports, states) {
      guard let isUp = isUp(port) else { continue }
      state.update(isUp: isUp)
      if !isUp { log.warning("link of port \(port.request.name) is down") }
    }
  }

  /// To be called some times a second.
  func look() {
    rounds += 1
    // Rtnetlink may have lost messages, and drivers tell nothing: once a second is soon enough for those.
    let isDue = watch?.hasChanged() ?? true || rounds % 10 == 0
    // A twin that is doubted is looked at each turn, whatever the kernel says.
    for (port, twin) in zip(ports, twins) where isDue || doubts[port.request.name] != nil {
      if let twin { look(at: twin, of: port) }
    }
    guard isDue else { return }
    for port in ports { lookAtMTU(of: port) }
    for (port, state) in zip(ports, states) {
      guard let isUp = isUp(port), state.update(isUp: isUp) else { continue }
      if isUp {
        log.info("link of port \(port.request.name) is up")
      } else {
        log.warning("link of port \(port.request.name) is down")
      }
    }
  }

  /// With its port a twin goes as it should.
  private func look(at twin: TwinObservation, of port: DataplanePort) {
    guard port.device.port != nil, let interface = port.twin.map({ KernelInterface(name: $0.request.name) }) else {
      doubts[port.request.name] = nil
      return
    }
    let (isWhole, name) = (interface.isUp(with: twin.address.rawValue), port.request.name)
    let wasLost = twin.isLost
    // While its port goes or comes it is not there for a moment.
    doubts[name] = isWhole || wasLost ? nil : (doubts[name] ?? 0) + 1
    if let times = doubts[name], times < Self.patience { return }
    doubts[name] = nil
    twin.state.update(isUp: isWhole)
    guard wasLost == isWhole else { return }
    if isWhole {
      log.info("the kernel twin of port \(name) is back")
    } else {
      log.warning("\(twin.loss(of: name))")
    }
  }

  /// Frame sizes are chosen at start: an MTU that is raised above them later means frames cut short.
  private func lookAtMTU(of port: DataplanePort) {
    guard let interface = port.request.kernelInterface, let mtu = interface.mtu else { return }
    guard mtu > port.largestMTU else {
      tooLarge.remove(port.request.name)
      return
    }
    guard tooLarge.insert(port.request.name).inserted else { return }
    log.error(
      "the MTU of \(interface.name) (port \(port.request.name)) was raised to \(mtu): frames of more than \(port.largestMTU) bytes are cut. Restart sluice, or lower the MTU."
    )
  }

  private func isUp(_ port: DataplanePort) -> Bool? {
    if port.device.port == nil { return false }
    if let interface = port.request.kernelInterface { return interface.isRunning }
    return port.device.port?.isLinkUp()
  }
}
