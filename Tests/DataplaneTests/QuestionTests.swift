import Counters
import Dataplane
import Dispatch
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// What a worker says of its sessions when it is asked.
  @Suite struct QuestionTests {
    static let services = [Scene.web, Scene.dns]

    /// A rig with flows of several clients to two services, and one client that talks to a server itself.
    static func rig(flows: Int = 100, sessionCapacity: Int = 4096) throws -> Rig {
      let rig = try Rig(services: services, sessionCapacity: sessionCapacity)
      for number in 0..<flows {
        let client = IPv4Address(10, 0, UInt8(number % 2), UInt8(1 + number / 2 % 200))
        let port = UInt16(20000 + number)
        _ = rig.fromClient(FrameBuilder(from: client, port, to: Scene.vip, 8000, .tcp(flags: Scene.syn)))
        _ = rig.fromClient(FrameBuilder(from: client, port, to: Scene.vip, 53, .udp(), data: [1]))
      }
      _ = rig.fromClient(FrameBuilder(from: Scene.client, 9, to: Scene.servers[0], 8002, .tcp(flags: Scene.syn)))
      return rig
    }

    @Test func `47: every session is listed once, with what is known of it`() throws {
      let rig = try Self.rig()
      rig.skip(ticks: 30)
      let all = rig.sessions()
      #expect(all.count == 201 && UInt64(all.count) == rig.counters[.sessionsActive])
      #expect(Set(all.map { "\($0.client)" }).count == 201)
      #expect(all.filter(\.isDirect).count == 1)
      for session in all {
        #expect((30...33).contains(session.idle))
        #expect(session.ticksLeft + session.idle == Rig.ticks(session.client.transport, session.progress.phase))
        #expect(session.frontend == Rig.frontend && session.progress.phase == .opening)
      }
      rig.skip(ticks: 71, sweeping: false)
      #expect(rig.sessions().allSatisfy { $0.client.transport == .udp }, "what has expired is not listed")
    }

    @Test func `47: sessions are listed by service, backend and client`() throws {
      let rig = try Self.rig()
      let all = rig.sessions()
      #expect(rig.sessions(0, SessionFilter()).count == 200)
      for service in [UInt16(0), 1] {
        let filter = SessionFilter(service: ServiceIndex(service))
        #expect(rig.sessions(0, filter).count == 100)
        var sum = 0
        for backend in 0..<UInt16(3) {
          let filter = SessionFilter(service: ServiceIndex(service), backend: BackendIndex(backend))
          let found = rig.sessions(0, filter)
          let slot = BackendSlot(UInt32(service) * 3 + UInt32(backend))
          #expect(UInt64(found.count) == rig.backend(Int(slot.rawValue)).sessionsActive)
          sum += found.count
        }
        #expect(sum == 100)
      }
      let network = SessionFilter(client: IPv4Address(10, 0, 1, 77), prefixLength: 24)
      #expect(rig.sessions(0, network).count == 100)
      let one = SessionFilter(service: ServiceIndex(1), client: IPv4Address(10, 0, 1, 1))
      #expect(
        rig.sessions(0, one)
          == all.filter { $0.service == ServiceIndex(1) && $0.client.address == IPv4Address(10, 0, 1, 1) })
      #expect(rig.sessions(0, SessionFilter(client: IPv4Address(10, 9, 9, 9), prefixLength: 0)).count == 200)
    }

    @Test func `47: counting and flushing go through the whole table, a bounded piece at a time`() throws {
      let rig = try Self.rig(flows: 2000, sessionCapacity: 8192)
      let service = SessionFilter(service: ServiceIndex(0))
      let (turns, count) = try rig.ask { mailbox in
        var (turns, count, next) = (0, 0, UInt32?.some(0))
        while let bucket = next {
          let answer = try mailbox.count(from: bucket, service)
          if let following = answer.next { #expect(following - bucket <= WorkerQuestion.bucketsPerTurn) }
          (turns, count, next) = (turns + 1, count + answer.count, answer.next)
        }
        return (turns, count)
      }
      #expect(count == 2000 && turns == 10)
      let flushed = try rig.ask { mailbox in
        var (flushed, next) = (0, UInt32?.some(0))
        while let bucket = next {
          let answer = try mailbox.flush(from: bucket, service)
          (flushed, next) = (flushed + answer.count, answer.next)
        }
        return flushed
      }
      #expect(flushed == 2000)
      #expect(rig.counters[.sessionsFlushed] == 2000 && rig.counters[.sessionsActive] == 2001)
      #expect((0..<3).allSatisfy { rig.backend($0).sessionsActive == 0 })
      #expect(rig.sessions(0, service).isEmpty && rig.sessions(0, SessionFilter()).count == 2000)
      expectSettled(rig)
    }

    @Test func `a scan stops at its limit, never within a bucket, and goes on from there`() throws {
      let rig = try Self.rig(flows: 1000, sessionCapacity: 2500)
      let (pages, all) = try rig.ask { mailbox in
        var (pages, all, next) = (0, [SessionSnapshot](), UInt32?.some(0))
        while let bucket = next {
          let page = try mailbox.scan(from: bucket, limit: 10)
          #expect(page.sessions.count <= 10)
          (pages, next) = (pages + 1, page.next)
          all += page.sessions
        }
        return (pages, all)
      }
      #expect(all.count == 2000 && Set(all.map { "\($0.client)" }).count == 2000 && pages > 200)
      let beyond = try rig.ask { try $0.scan(from: 1 << 30) }
      #expect(beyond.sessions.isEmpty && beyond.next == nil)
    }

    @Test func `a question that timed out is answered into the void, and the next one gets its own answer`() throws {
      let rig = try Self.rig()
      let mailbox = rig.mailboxes[0]
      // Nobody breathes: the worker is silent.
      #expect(throws: MailboxError.silent) {
        try mailbox.flush(from: 0, SessionFilter(service: ServiceIndex(0)), timeout: .milliseconds(5))
      }
      #expect(throws: MailboxError.silent) { try mailbox.count(timeout: .milliseconds(5)) }
      rig.breathe()
      #expect(rig.counters[.sessionsFlushed] > 0, "the first question was put, the second was not")
      let left = rig.counters[.sessionsActive]
      let sessions = rig.sessions()
      #expect(UInt64(sessions.count) == left)
      rig.breathe()
      #expect(rig.counters[.sessionsActive] == left)
    }

    @Test func `many who ask at once each get their own answer`() throws {
      let rig = try Self.rig()
      let counts = try rig.ask { mailbox in
        var counts = [Int](repeating: 0, count: 64)
        counts.withUnsafeMutableBufferPointer { buffer in
          nonisolated(unsafe) let buffer = buffer
          DispatchQueue.concurrentPerform(iterations: 64) { number in
            let filter = SessionFilter(client: IPv4Address(10, 0, UInt8(number % 2), UInt8(1 + number % 50)))
            let count = try? (0..<5).map { try mailbox.count(from: UInt32($0) * 256, filter).count }.reduce(0, +)
            buffer[number] = count ?? -1
          }
        }
        return counts
      }
      #expect(counts == [Int](repeating: 2, count: 64))
    }
  }
}
