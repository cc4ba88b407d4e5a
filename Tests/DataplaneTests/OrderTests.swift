import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Nearly all frames are done by a loop of their own, and those between them one by one: a flow must not notice.
  @Suite struct OrderTests {
    /// Which way the frames of a test go: to servers, from them, returned directly, or some of them.
    enum Way: CaseIterable {
      case request, reply, directReturn, mixed

      var isByMAC: Bool { self == .directReturn || self == .mixed }

      /// A frame from the client's port; in a mixture every third flow is one that returns directly.
      func request(_ port: UInt16, flags: UInt8) -> FrameBuilder {
        self == .directReturn || self == .mixed && port % 3 == 0
          ? ServerSide.request(.tcp(flags: flags), port) : Scene.request(flags, port: port)
      }
    }

    @Test(arguments: Way.allCases)
    func `frames of a flow leave in the order in which they came, whatever they are`(_ way: Way) throws {
      let services = [ServerSide.service([.tcp], 80), Scene.web]
      let rig = try Rig(services: way == .directReturn ? [services[0]] : way == .mixed ? services : [Scene.web])
      let ports = (40000..<40012 as Range<UInt16>)
      var servers: [Int] = []
      for port in ports {
        if way.isByMAC {
          for flags in [Scene.syn, Scene.ack] { _ = rig.fromClient(ServerSide.request(.tcp(flags: flags), port)) }
        }
        if way != .directReturn { servers.append(try Scene.connect(rig, port: port)) }
      }
      var generator = TestSeed.generator("order, \(way)")
      var serials = [UInt8](repeating: 0, count: ports.count)
      for _ in 0..<300 {
        var burst: [[UInt8]] = []
        for _ in 0..<Int.random(in: 1...32, using: &generator) {
          let flow = Int.random(in: serials.indices, using: &generator)
          // Mostly what an established flow sends; now and then what ends it, or seems to.
          let flags = Int.random(in: 0..<12, using: &generator)
          serials[flow] &+= 1
          var frame = way.request(
            ports.lowerBound + UInt16(flow), flags: flags == 0 ? Scene.fin : flags == 1 ? Scene.reset : Scene.ack)
          frame.data = [UInt8(flow), serials[flow]]
          if way == .reply { frame = Scene.reply(to: frame, from: servers[flow], frame.payload, data: frame.data) }
          burst.append(frame.bytes)
        }
        let output = rig.send(burst, into: way == .reply ? Rig.backend : Rig.frontend).map(\.bytes)
        #expect(output.count == burst.count)
        for flow in serials.indices {
          #expect(Self.serials(of: flow, in: output) == Self.serials(of: flow, in: burst))
        }
      }
      expectSettled(rig)
    }

    /// What the frames of a flow are numbered by: the second octet of their data, behind Ethernet, IPv4 and TCP.
    private static func serials(of flow: Int, in frames: [[UInt8]]) -> [UInt8] {
      frames.filter { $0[54] == UInt8(flow) }.map { $0[55] }
    }
  }
}
