import Foundation
import Net
import Tables

/// Puts names to the indices that sessions carry, as of the tables in force.
struct SessionNames {
  private var generation: UInt64
  private var services: [ServiceIndex: ServicePlacement] = [:]
  private let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()

  init(_ state: RunningState) {
    generation = state.generation
    learn(state)
  }

  /// Learns the names anew when other tables are in force.
  mutating func follow(_ state: RunningState) {
    guard state.generation != generation else { return }
    generation = state.generation
    learn(state)
  }

  private mutating func learn(_ state: RunningState) {
    services = Dictionary((state.services + state.leavingServices).map { ($0.index, $0) }) { first, _ in first }
  }

  /// One session as JSON.
  func line(_ session: SessionSnapshot, worker: WorkerObservation) -> Data {
    // Texts and numbers always encode.
    (try? encoder.encode(report(session, worker: worker))) ?? Data("{}".utf8)
  }

  private func report(_ session: SessionSnapshot, worker: WorkerObservation) -> SessionReport {
    let service = services[session.service]
    let backend = service?.backend(session.backend)
    return SessionReport(
      client: session.client.address.description, clientPort: session.client.port,
      protocol: session.client.transport.description, service: service?.name ?? "", backend: backend?.name ?? "",
      backendAddress: backend?.identity.description ?? "",
      kind: session.isAffinity ? "affinity" : session.isDirect ? "direct" : "flow", direct: session.isDirect,
      phase: session.progress.phase.description, idleSeconds: Self.seconds(session.idle),
      expiresInSeconds: Self.seconds(session.ticksLeft), worker: Int(worker.index.rawValue))
  }

  static func seconds(_ ticks: UInt32) -> Double { Double(ticks) * Double(Tick.milliseconds) / 1000 }
}
