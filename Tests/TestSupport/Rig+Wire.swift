import CDPDKShim
import EAL
import Net

/// The wire outside both ports.
extension Rig {
  /// Sends frames into a port, at a worker, and returns what comes out of both ports, in order for each.
  public func send(_ frames: [[UInt8]], into port: PortIndex, at worker: Int = 0) -> [Output] {
    var output: [Output] = []
    var rest = frames[...]
    while !rest.isEmpty {
      inject(Array(rest.prefix(32)), into: port)
      rest = rest.dropFirst(32)
      serve(port, at: worker)
      output += collect()
      while serveRings() { output += collect() }
    }
    return output
  }

  /// One frame into a port.
  public func send(_ frame: [UInt8], into port: PortIndex, at worker: Int = 0) -> [Output] {
    send([frame], into: port, at: worker)
  }

  public func fromClient(_ frame: FrameBuilder, at worker: Int = 0) -> [Output] {
    send(frame.bytes, into: Self.frontend, at: worker)
  }

  public func fromServer(_ frame: FrameBuilder, at worker: Int = 0) -> [Output] {
    send(frame.bytes, into: Self.backend, at: worker)
  }

  /// Puts frames on the wire into a port; no worker sees them yet.
  public func inject(_ frames: [[UInt8]], into port: PortIndex) { inject(frames.map { [$0] }, into: port) }

  /// Puts frames of several segments on the wire into a port. At most 64.
  public func inject(_ frames: [[[UInt8]]], into port: PortIndex) {
    for (index, segments) in frames.enumerated() { scratch[index] = mbuf(of: segments) }
    let sent = scratch.transmit(port: devices.ports[Int(port.rawValue)].id, queue: 0, from: 0, count: frames.count)
    precondition(sent == frames.count, "the wire of the rig is longer than a burst")
  }

  /// Puts frames on the wire as a device gives them that takes their outer VLAN tag off and tells of it beside the frame.
  ///
  /// - Parameter hasRoom: whether the buffers have room to put it back.
  public func injectStripped(_ frames: [[UInt8]], into port: PortIndex, hasRoom: Bool = true) {
    for (index, bytes) in frames.enumerated() {
      let mbuf = mbuf(of: [bytes])
      precondition(rte_vlan_strip(Self.raw(mbuf)) == 0, "the frame has a tag")
      if !hasRoom {
        precondition(rte_pktmbuf_prepend(Self.raw(mbuf), rte_pktmbuf_headroom(Self.raw(mbuf))) != nil, "as much as is")
      }
      scratch[index] = mbuf
    }
    let sent = scratch.transmit(port: devices.ports[Int(port.rawValue)].id, queue: 0, from: 0, count: frames.count)
    precondition(sent == frames.count, "the wire of the rig is longer than a burst")
  }

  /// Takes what lies on the wire outside both ports.
  public func collect() -> [Output] {
    var output: [Output] = []
    for (index, port) in devices.ports.enumerated() {
      while true {
        let count = scratch.receive(port: port.id, queue: 0, limit: 64)
        if count == 0 { break }
        for position in 0..<count {
          output.append(Output(port: PortIndex(UInt8(index)), bytes: Self.bytes(of: scratch[position])))
        }
        scratch.free(from: 0, count: count)
      }
    }
    return output
  }

  /// Frees what lies on the wire outside both ports, and says how many frames that were.
  @discardableResult
  public func discard() -> Int {
    var discarded = 0
    for port in devices.ports {
      while true {
        let count = scratch.receive(port: port.id, queue: 0, limit: 64)
        if count == 0 { break }
        scratch.free(from: 0, count: count)
        discarded += count
      }
    }
    return discarded
  }

  private func mbuf(of segments: [[UInt8]]) -> Mbuf {
    let mbufs = segments.map { bytes in
      guard let mbuf = devices.pool.take(length: bytes.count) else {
        fatalError("no mbuf of \(bytes.count) octets: too large, or a leak")
      }
      bytes.withUnsafeBytes { source in
        if let base = source.baseAddress { mbuf.data.copyMemory(from: base, byteCount: source.count) }
      }
      return mbuf
    }
    for segment in mbufs.dropFirst() {
      precondition(rte_pktmbuf_chain(Self.raw(mbufs[0]), Self.raw(segment)) == 0, "few segments")
    }
    return mbufs[0]
  }

  /// All segments' bytes, one after the other.
  private static func bytes(of mbuf: Mbuf) -> [UInt8] {
    let length = mbuf.length
    return [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
      guard length > 0, let base = buffer.baseAddress else { return }
      // Gives the place of the bytes: in the mbuf where they lie in one segment, else in the buffer.
      guard let found = rte_pktmbuf_read(raw(mbuf), 0, length, base) else { fatalError("the mbuf is shorter") }
      if found != UnsafeRawPointer(base) {
        UnsafeMutableRawPointer(base).copyMemory(from: found, byteCount: Int(length))
      }
      count = Int(length)
    }
  }

  /// The C pointer that an `Mbuf` is.
  private static func raw(_ mbuf: Mbuf) -> OpaquePointer { unsafeBitCast(mbuf, to: OpaquePointer.self) }
}

extension Rig {
  /// Takes all of the pool's mbufs that there are, as if they were elsewhere; the caller frees them.
  public func holdMbufs() -> [Mbuf] {
    var held: [Mbuf] = []
    while let mbuf = devices.pool.take(length: 64) { held.append(mbuf) }
    return held
  }
}
