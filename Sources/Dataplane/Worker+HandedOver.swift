import EAL
import Net
import Packet
import Tables

/// Frames that travel with more than their arrival: what one worker has found out of them is in their mark.
extension Worker {
  /// Takes a port for that of the frame in hand.
  @_noLocks
  mutating func turn(to port: PortIndex) {
    arrival = port
    // Below `portCount`.
    unsafe across = unsafe transmitQueues + Int(ports[Int(port.rawValue)].peer.rawValue)
    // What is collected there finds its way at the end of the turn.
    if let crossing = unsafe crossing, unsafe !ports[Int(port.rawValue)].side.isFrontend {
      unsafe across = unsafe crossing
    }
  }

  /// Fills a frame with what its octets say.
  @_noLocks @discardableResult
  mutating func read(_ mbuf: Mbuf, into frame: UnsafeMutablePointer<Frame>) -> ParseOutcome {
    let (data, length) = unsafe (mbuf.data, mbuf.length)
    unsafe frame.pointee.mbuf = mbuf
    unsafe frame.pointee.data = data
    unsafe frame.pointee.length = length
    let outcome = unsafe FrameParser.parse(
      data, contiguous: mbuf.contiguousLength, length: length, into: &frame.pointee.parsed)
    // What its port does with tags was asked when it arrived.
    guard case .other(let reason) = outcome, case .tagged = reason else { return outcome }
    return unsafe FrameParser.parseTagged(
      data, contiguous: mbuf.contiguousLength, length: length, into: &frame.pointee.parsed)
  }

  /// To another worker, with the ports that its flow has.
  @_noLocks
  mutating func handOver(_ frame: UnsafeMutablePointer<Frame>, to worker: WorkerIndex, as reason: HandOverReason) {
    let mbuf = unsafe frame.pointee.mbuf
    let mark = unsafe mbuf.mark
    unsafe mark.pointee.source_port = frame.pointee.parsed.sourcePort
    unsafe mark.pointee.destination_port = frame.pointee.parsed.destinationPort
    // The owner function gives indices below the number of workers.
    unsafe handOverQueues[Int(worker.rawValue)].append(mbuf, arrival: arrival, as: reason, tally: tally)
  }

  /// One that another worker has found something out about. Not inlined: nearly all frames are others.
  @_noLocks @inline(never)
  mutating func takeOver(_ mbuf: Mbuf, _ tables: UnsafePointer<ForwardingTables>) {
    let mark = unsafe mbuf.mark.pointee
    turn(to: PortIndex(mark.port))
    // Below `portCount`.
    let fromClients = unsafe ports[Int(mark.port)].side.isFrontend
    let frame = unsafe burst.spare
    let isFirst = unsafe isHead(read(mbuf, into: frame), frame)
    if !isFirst {
      let ports = UInt32(mark.source_port) << 16 | UInt32(mark.destination_port)
      unsafe FrameParser.label(frame.pointee.data, ports: ports, into: &frame.pointee.parsed)
    }
    if mark.reason == HandOverReason.choose.rawValue {
      return unsafe answerChoice(frame, isFirst: isFirst, tables)
    }
    if mark.reason == HandOverReason.chosen.rawValue { brought = BackendIndex(mark.backend) }
    unsafe flow(frame, isFirst: isFirst, fromClients: fromClients, tables)
    brought = nil
  }

  /// Whether a frame that travels has a transport header of its own, which then is read. It has been found sound.
  @_noLocks
  private mutating func isHead(_ outcome: ParseOutcome, _ frame: UnsafeMutablePointer<Frame>) -> Bool {
    guard case .other = outcome else { return true }
    guard unsafe FrameParser.fragment(frame.pointee.data, frame.pointee.parsed).isFirst else { return false }
    _ = unsafe FrameParser.firstFragment(
      frame.pointee.data, contiguous: frame.pointee.mbuf.contiguousLength, into: &frame.pointee.parsed)
    return true
  }
}
