import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Which server new flows get.
  @Suite struct SelectionTests {
    /// New flows that each of three backends got, of 10^5 from a thousand clients.
    static func flows(_ weights: [UInt32]) throws -> [Int] {
      let rig = try Rig(services: [Scene.service([.tcp], 8000, weights: weights)], sessionCapacity: 120_000)
      var frame = Scene.request(Scene.syn)
      for client in 0..<1000 {
        frame.source = IPv4Address(10, 1, UInt8(client / 250), UInt8(1 + client % 250))
        let burst = (0..<100).map { port in
          frame.sourcePort = UInt16(32768 + port * 3)
          return frame.bytes
        }
        for start in stride(from: 0, to: 100, by: 25) {
          rig.inject(Array(burst[start..<start + 25]), into: Rig.frontend)
          rig.serve(Rig.frontend)
          rig.discard()
        }
      }
      expectSettled(rig)
      return weights.indices.map { Int(rig.backend($0).sessionsCreated) }
    }

    struct Weights: CustomTestStringConvertible {
      var weights: [UInt32]
      var testDescription: String { weights.map { "\($0)" }.joined(separator: ":") }
    }

    @Test(arguments: [[10, 5, 0], [10, 100, 1], [1000, 1, 0], [1, 1, 1]].map { Weights(weights: $0) })
    func `29, 30, 31: 10^5 new flows go by weight`(_ weights: Weights) throws {
      let found = try Self.flows(weights.weights)
      let total = Double(weights.weights.reduce(0, +))
      print("29, 30: weights \(weights.testDescription) gave \(found) of 100000 flows")
      for (count, weight) in zip(found, weights.weights) {
        let ideal = 100_000 * Double(weight) / total
        // Five percent of the ideal share; of a small one also what chance does to a sample (four sigma).
        #expect(abs(Double(count) - ideal) <= 0.05 * ideal + (ideal < 5000 ? 4 * ideal.squareRoot() : 0))
      }
    }

    @Test func `35: two instances with one seed choose alike, whatever the order of their lists`() throws {
      var shuffled = Scene.web
      shuffled.backends.reverse()
      let one = try Rig(services: [Scene.web, Scene.dns], seed: 77)
      let same = try Rig(services: [Scene.dns, shuffled], seed: 77)
      let other = try Rig(services: [Scene.web, Scene.dns], seed: 78)
      var differing = 0
      for port in 20000..<UInt16(21000) {
        let request = Scene.request(Scene.syn, port: port)
        let output = one.fromClient(request)
        #expect(output == same.fromClient(request))
        differing += output == other.fromClient(request) ? 0 : 1
      }
      #expect((550...780).contains(differing), "36: another seed chooses anew")
    }
  }
}
