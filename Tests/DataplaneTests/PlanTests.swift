import EAL
import Net
import Tables
import TestSupport
import Testing

@testable import Dataplane

struct PlanTests {
  static func plan(_ port: Int, receive: Int, transmit: Int, workers: Int) -> QueuePlan {
    QueuePlan(port: port, maxReceiveQueues: receive, maxTransmitQueues: transmit, workers: workers)
  }

  @Test func `with enough queues each worker has its own of each port`() {
    for port in 0..<3 {
      let plan = Self.plan(port, receive: 8, transmit: 16, workers: 4)
      #expect(plan.receivers == (0..<4).map { WorkerIndex($0) })
      #expect(plan.transmitters == plan.receivers)
      for worker in 0..<UInt16(4) {
        #expect(plan.receiveQueue(of: WorkerIndex(worker)) == worker)
        #expect(plan.transmitQueue(of: WorkerIndex(worker)) == worker)
      }
    }
  }

  @Test func `ports with one queue are spread over the workers, and others send through its owner`() {
    let plans = (0..<3).map { Self.plan($0, receive: 1, transmit: 1, workers: 2) }
    #expect(plans.map(\.receivers) == [0, 1, 0].map { [WorkerIndex($0)] })
    #expect(plans[1].receiveQueue(of: WorkerIndex(0)) == nil && plans[1].transmitQueue(of: WorkerIndex(0)) == nil)
    #expect(plans[1].sender(for: WorkerIndex(0)) == WorkerIndex(1))
  }

  @Test(arguments: 1...8, 0...9)
  func `every queue has one worker, and every worker a sender that has a queue`(_ workers: Int, _ queues: Int) {
    for port in 0..<4 {
      let plan = Self.plan(port, receive: queues, transmit: max(0, queues - 1), workers: workers)
      #expect(plan.receivers.count == max(1, min(queues, workers)))
      #expect(Set(plan.receivers).count == plan.receivers.count)
      #expect(Set(plan.transmitters).count == plan.transmitters.count)
      for worker in 0..<UInt16(workers) {
        #expect(plan.transmitters.contains(plan.sender(for: WorkerIndex(worker))))
        #expect(worker < workers)
      }
    }
  }

  static func port(_ name: String, _ arguments: String) -> PortRequest {
    PortRequest(name: "front", device: .virtual(name: name, arguments: arguments), side: .frontend)
  }

  /// Why a port is refused; empty if it is not.
  static func refusal(_ port: PortRequest) -> String {
    do {
      _ = try FrameSizePlan.make(for: port)
      return ""
    } catch { return "\(error)" }
  }

  @Test func `100: devices other than af_packet take what their buffers take`() throws {
    for device: Port.Device in [.pci("0000:3b:00.0"), .virtual(name: "net_ring0", arguments: "")] {
      let plan = try FrameSizePlan.make(for: PortRequest(name: "x", device: device, side: .backend))
      #expect(plan.device == device && plan.room == 2048)
    }
  }

  /// The loopback interface is everywhere, and its MTU is 65536.
  @Test func `100: an interface with larger frames than can be received is refused in one sentence`() {
    let refusal = Self.refusal(Self.port("net_af_packet0", "iface=lo"))
    #expect(refusal.hasPrefix("port 'front': the MTU of lo is 65536; at most"))
    #expect(refusal.contains("ip link set lo mtu"))
  }

  @Test func `100: a frame size below the interface's MTU is refused in one sentence`() {
    let refusal = Self.refusal(Self.port("net_af_packet0", "iface=lo,framesz=2048"))
    #expect(refusal.contains("the MTU of lo is 65536") && refusal.contains("'framesz' of 2048 takes frames of 1982"))
    #expect(Self.refusal(Self.port("net_af_packet0", "iface=lo,framesz=abc")).contains("takes frames of 0"))
  }

  @Test(arguments: ["65624", "65536000", "9223372036854775807", "9223372036854775808", "-1"])
  func `100: a frame size that no buffer holds is refused in one sentence`(_ size: String) {
    #expect(Self.refusal(Self.port("net_af_packet0", "iface=lo,framesz=\(size)")).hasPrefix("port 'front': "))
  }

  @Test func `2, 100: an interface that is missing is named`() {
    #expect(
      Self.refusal(Self.port("net_af_packet0", "iface=nonesuch0")).contains("there is no interface 'nonesuch0'"))
    #expect(Self.refusal(Self.port("net_af_packet0", "")).contains("needs 'iface='"))
  }

  @Test func `sweeping visits every bucket once in a hundred ticks`() {
    for buckets: UInt32 in [1, 3, 99, 100, 1178, 300_000] {
      var plan = SweepPlan(buckets: buckets)
      var visits = [Int](repeating: 0, count: Int(buckets))
      for tick in 1...UInt32(101) {
        for _ in 0..<64 { for bucket in plan.next(Tick(rawValue: tick)) { visits[Int(bucket)] += 1 } }
      }
      #expect(visits.allSatisfy { $0 >= 1 }, "\(buckets) buckets")
    }
  }
}
