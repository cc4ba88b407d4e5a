import EAL
import Net

/// Ports that EAL knows and that are not yet configured, with the plans for them.
struct OpenedPorts {
  struct Entry {
    var request: PortRequest
    var port: Port
    var information: Port.Information
    var frameSize: FrameSizePlan
    var queues: QueuePlan
    var twin: KernelTwin?
  }

  private let entries: [Entry]

  /// Adds every port's device, one by one, so that each failure is its own.
  static func open(_ settings: DataplaneSettings) throws(EALError) -> OpenedPorts {
    var entries: [Entry] = []
    for (position, request) in settings.ports.enumerated() {
      if let name = request.kernelInterface?.name,
        let other = entries.first(where: { $0.request.kernelInterface?.name == name })
      {
        throw .refused("ports '\(other.request.name)' and '\(request.name)' both sit on interface '\(name)'.")
      }
      let frameSize = try FrameSizePlan.make(for: request)
      let port = try named(request) { () throws(EALError) in try Port.add(frameSize.device) }
      let information = try named(request) { () throws(EALError) in try port.information() }
      entries.append(
        Entry(
          request: request, port: port, information: information, frameSize: frameSize,
          queues: QueuePlan(
            port: position, maxReceiveQueues: information.maxReceiveQueues,
            maxTransmitQueues: information.maxTransmitQueues, workers: settings.workers.count)))
    }
    addTwins(&entries, workers: settings.workers.count)
    if entries.contains(where: \.request.isTAP) { settleTAP() }
    return OpenedPorts(entries: entries)
  }

  /// The driver tells of frames by signals, which are the workers' affair, and complains of processes that there are not.
  private static func settleTAP() {
    Port.quietenTAP()
    StopSignals.leaveDevices()
  }

  /// Twins have their places behind all ports.
  private static func addTwins(_ entries: inout [Entry], workers: Int) {
    var next = entries.count
    for position in entries.indices {
      guard let request = entries[position].request.twin else { continue }
      entries[position].twin = KernelTwin(
        request, side: PortIndex(UInt8(position)), index: PortIndex(UInt8(next)), workers: workers)
      next += 1
    }
    precondition(next <= PortIndex.limit, "the configuration's limit of ports leaves room for their twins")
  }

  /// Puts the port's name before what went wrong.
  static func named<Result>(
    _ request: PortRequest, _ body: () throws(EALError) -> Result
  ) throws(EALError) -> Result {
    do { return try body() } catch { throw .refused("port '\(request.name)': \(error)") }
  }

  private func capabilities(_ entry: Entry) -> SteeringPlan.PortCapabilities {
    SteeringPlan.PortCapabilities(
      name: entry.request.name, side: entry.request.side, receiveQueues: entry.information.maxReceiveQueues,
      transmitQueues: entry.information.maxTransmitQueues, rssTypes: entry.information.rssTypes,
      redirectionEntries: entry.information.redirectionEntries, hashKeyLength: entry.information.hashKeyLength)
  }

  func steering(workers: Int) -> SteeringPlan {
    var generator = SystemRandomNumberGenerator()
    let key = (0..<SteeringPlan.keyLength).map { _ in UInt8.random(in: 0...255, using: &generator) }
    return .choose(ports: entries.map(capabilities), workers: workers, key: key)
  }

  /// One pool for each NUMA node that has a port.
  func pools(_ settings: DataplaneSettings) throws(EALError) -> [Int32: MbufPool] {
    var pools: [Int32: MbufPool] = [:]
    let room = entries.map { max($0.frameSize.room, $0.information.mtu + 26) }.max() ?? 2048
    for socket in Set(entries.map { node(of: $0) }) {
      pools[socket] = try .create(
        name: "sluice_mbufs_\(socket)", count: settings.mbufCount, room: room, socket: socket,
        sharesCPUs: settings.sharesCPUs)
    }
    return pools
  }

  /// The pool of a NUMA node, or else one of another.
  func pool(among pools: [Int32: MbufPool], near socket: Int32) throws(EALError) -> MbufPool {
    guard let pool = pools[socket] ?? pools.min(by: { $0.key < $1.key })?.value else {
      throw .refused("there are no ports")
    }
    return pool
  }

  /// A virtual device belongs to no node; then any will do.
  private func node(of entry: Entry) -> Int32 { max(0, entry.information.socket) }

  func start(steering: SteeringPlan, pools: [Int32: MbufPool]) throws(EALError) -> [PortYard.Berth] {
    var started: [PortYard.Berth] = []
    for (position, entry) in entries.enumerated() {
      guard let pool = pools[node(of: entry)] else { preconditionFailure("each node of a port has a pool") }
      let settings = Port.Settings(
        receiveQueues: entry.queues.receivers.count, transmitQueues: entry.queues.transmitters.count,
        descriptors: DataplaneSettings.descriptors, hashing: steering.hashing(for: capabilities(entry)),
        multiSegmentTransmit: entry.information.multiSegmentTransmit)
      try Self.named(entry.request) { () throws(EALError) in
        try entry.port.start(settings, pool: pool, socket: node(of: entry))
      }
      let port = DataplanePort(
        index: PortIndex(UInt8(position)), request: entry.request, device: PortDevice(entry.port),
        information: entry.information, receiveQueues: settings.receiveQueues, transmitQueues: settings.transmitQueues,
        mtu: entry.request.kernelInterface?.mtu ?? entry.information.mtu, largestMTU: entry.frameSize.largestMTU,
        twin: entry.twin)
      try Self.named(entry.request) { () throws(EALError) in
        try entry.twin?.open(
          mac: MACAddress(rawValue: entry.information.mac), mtu: port.mtu, pool: pool, socket: node(of: entry))
      }
      started.append(PortYard.Berth(port: port, settings: settings, pool: pool, socket: node(of: entry)))
    }
    return started
  }

  /// The ports as one worker sees them.
  func workerPorts(of worker: WorkerIndex, inboxes: [Ring]) -> [WorkerPort] {
    entries.enumerated().map { position, entry in
      let route: TransmitRoute =
        if let queue = entry.queues.transmitQueue(of: worker) {
          .queue(queue)
        } else {
          .ring(inboxes[Int(entry.queues.sender(for: worker).rawValue)])
        }
      return WorkerPort(
        device: entry.port.id, mac: MACAddress(rawValue: entry.information.mac), side: entry.request.side,
        receiveQueue: entry.queues.receiveQueue(of: worker), transmit: route, peer: peer(of: position),
        clients: entry.request.clients, tagAction: entry.request.tagAction, stripsTags: entry.port.stripsTags())
    } + twins.map { workerPort(of: $0, worker, inboxes) }
  }

  /// In the order of their places.
  private var twins: [KernelTwin] { entries.compactMap(\.twin) }

  /// The twins as a worker sees them.
  var workerTwins: [WorkerTwin] {
    twins.map { WorkerTwin(address: $0.request.address, side: $0.side, port: $0.index) }
  }

  /// A twin's device as one worker sees it. Requests to services leave it for the servers' side.
  private func workerPort(of twin: KernelTwin, _ worker: WorkerIndex, _ inboxes: [Ring]) -> WorkerPort {
    let entry = entries[Int(twin.side.rawValue)]
    let queue = twin.queues.transmitQueue(of: worker)
    return WorkerPort(
      device: twin.device.port?.id ?? 0, mac: MACAddress(rawValue: entry.information.mac), side: .kernel,
      receiveQueue: twin.queues.receiveQueue(of: worker),
      transmit: queue.map { .queue($0) } ?? .ring(inboxes[Int(twin.queues.sender(for: worker).rawValue)]),
      peer: entry.request.side.isFrontend ? peer(of: Int(twin.side.rawValue)) : twin.side)
  }

  /// The port that a frame leaves by when nothing else decides: the first of the other side, or the only one there is.
  private func peer(of position: Int) -> PortIndex {
    let isFrontend = entries[position].request.side.isFrontend
    let peer = entries.firstIndex { $0.request.side.isFrontend != isFrontend }
    return PortIndex(UInt8(peer ?? position))
  }

  /// `frontend rx0 tx0, backend tx0`.
  func queueText(of worker: WorkerIndex) -> String {
    entries.compactMap { entry in
      let receive = entry.queues.receiveQueue(of: worker).map { " rx\($0)" } ?? ""
      let transmit = entry.queues.transmitQueue(of: worker).map { " tx\($0)" } ?? ""
      return receive.isEmpty && transmit.isEmpty ? nil : entry.request.name + receive + transmit
    }.joined(separator: ", ")
  }

  func remarks(_ started: [DataplanePort]) -> [String] {
    guard let first = started.first, let other = started.first(where: { $0.mtu != first.mtu }) else { return [] }
    return [
      "Ports \(first.request.name) and \(other.request.name) have different MTUs (\(first.mtu) and \(other.mtu)): "
        + "frames too large for the one they leave by are lost."
    ]
  }
}
