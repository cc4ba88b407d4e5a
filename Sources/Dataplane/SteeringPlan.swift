import CDPDKShim
import EAL
import Net

/// How frames get to the worker that owns their flow (design decision D1).
public enum SteeringPlan: Equatable, Sendable {
  /// One worker owns everything.
  case single
  /// The ports hash the client's end themselves; entries of the indirection table name workers.
  ///
  /// Tested against recorded device information only; it has not run on a NIC.
  case hardware(key: [UInt8], redirection: [WorkerIndex])
  /// Frames arrive anywhere and travel to their owner over rings; the text says why.
  case software(reason: String)

  /// What matters of a port.
  public struct PortCapabilities: Equatable, Sendable {
    public var name: String
    public var side: PortSide
    public var receiveQueues: Int
    public var transmitQueues: Int
    public var rssTypes: UInt64
    public var redirectionEntries: Int
    public var hashKeyLength: Int

    public init(
      name: String, side: PortSide, receiveQueues: Int, transmitQueues: Int, rssTypes: UInt64,
      redirectionEntries: Int, hashKeyLength: Int
    ) {
      self.name = name
      self.side = side
      self.receiveQueues = receiveQueues
      self.transmitQueues = transmitQueues
      self.rssTypes = rssTypes
      self.redirectionEntries = redirectionEntries
      self.hashKeyLength = hashKeyLength
    }

    /// The fields that hold the client's end of what arrives here.
    var clientFields: UInt64 { side.isFrontend ? sluice_rss_source_only : sluice_rss_destination_only }
  }

  /// Octets of the longest key a device takes.
  public static let keyLength = 52

  /// The best that all ports together can do for a number of workers.
  ///
  /// - Parameter key: `keyLength` random octets, so that nobody can aim at one worker.
  public static func choose(ports: [PortCapabilities], workers: Int, key: [UInt8]) -> SteeringPlan {
    guard workers > 1 else { return .single }
    for port in ports {
      if let lack = lack(of: port, workers: workers) { return .software(reason: "port \(port.name) \(lack)") }
    }
    // Tables of different sizes agree if the larger repeats the smaller, since the low bits of the hash index
    // both.
    let entries = ports.map(\.redirectionEntries).min() ?? 0
    return .hardware(key: key, redirection: (0..<entries).map { WorkerIndex(UInt16($0 % workers)) })
  }

  /// What keeps a port from steering by itself.
  private static func lack(of port: PortCapabilities, workers: Int) -> String? {
    let types = port.clientFields | sluice_rss_ipv4_types
    if port.rssTypes & types != types {
      return "cannot hash the \(port.side.isFrontend ? "source" : "destination") address and port alone"
    }
    if min(port.receiveQueues, port.transmitQueues) < workers { return "has fewer queues than there are workers" }
    if port.redirectionEntries < workers || port.redirectionEntries.nonzeroBitCount != 1 {
      return "has no usable RSS indirection table"
    }
    return (10...keyLength).contains(port.hashKeyLength) ? nil : "has no usable RSS key"
  }

  /// The settings that make one port follow the plan.
  func hashing(for port: PortCapabilities) -> Port.Hashing? {
    guard case .hardware(let key, let redirection) = self else { return nil }
    return Port.Hashing(
      types: port.clientFields | sluice_rss_ipv4_types, key: Array(key.prefix(port.hashKeyLength)),
      redirection: (0..<port.redirectionEntries).map { redirection[$0 % redirection.count].rawValue })
  }

  /// The owner function that is in force with the plan.
  func owner(workers: Int) -> FlowOwner {
    guard case .hardware(let key, let redirection) = self else { return FlowOwner(workers: workers, hash: .random()) }
    return FlowOwner(workers: workers, toeplitz: .create(key: key, redirection: redirection))
  }
}

extension SteeringPlan: CustomStringConvertible {
  /// For the start log and the statistics.
  public var description: String {
    switch self {
    case .single: "one worker owns every flow"
    case .hardware(_, let redirection):
      "RSS by the client's address and port, \(redirection.count) entries, agreeing with the owner function "
        + "(not yet run on a NIC)"
    case .software(let reason): "flows are handed to their owner over rings (\(reason))"
    }
  }
}
