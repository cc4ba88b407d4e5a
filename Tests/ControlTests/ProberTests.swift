@testable import Configuration
@testable import Control
import Glibc
import Net
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Checks against servers of every kind.
@Suite(.serialized) struct ProberTests {
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  private func check(_ kind: CheckSettings.Kind, timeout: UInt64 = 400) -> CheckSettings {
    var check = CheckKeys.defaults
    (check.kind, check.timeout) = (kind, timeout)
    return check
  }

  /// How many checks end, all made at once.
  private func outcomes(_ checks: [CheckSettings], port: UInt16, limit: Int = 1000) -> (
    [CheckOutcome], ProberFigures
  ) {
    let loop = group.next()
    let results = Mutex<[CheckOutcome]>([])
    let all = loop.makePromise(of: ProberFigures.self)
    loop.execute {
      let prober = Prober(loop: loop, limit: limit)
      for check in checks {
        prober.submit(check, CheckTarget(port: port), due: .now) { outcome, _ in
          let count = results.withLock { results in
            results.append(outcome)
            return results.count
          }
          if count == checks.count { all.succeed(prober.figures) }
        }
      }
    }
    let figures = (try? all.futureResult.wait()) ?? ProberFigures()
    return (results.withLock { $0 }, figures)
  }

  /// How a check ends, made again while this machine is too busy to tell.
  private func outcome(_ check: CheckSettings, port: UInt16) -> CheckOutcome? {
    var last: CheckOutcome?
    for _ in 0..<20 {
      last = outcomes([check], port: port).0.first
      guard case .inconclusive = last else { return last }
    }
    return last
  }

  @Test func `86: a connection that opens passes, and one that is refused fails`() throws {
    let peer = try TestPeer(.silent)
    #expect(outcome(check(.tcp), port: peer.port) == .pass)
    // Refused, not timed out.
    #expect(outcome(check(.tcp, timeout: 10_000), port: 1) == .failure("connect refused"))
  }

  @Test(
    arguments: [
      (.answers("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), nil, .pass),
      (.answers("HTTP/1.1 302 Found\r\nLocation: http://a/\r\nContent-Length: 0\r\n\r\n"), nil, .pass),
      (
        .answers("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"), nil, .failure("answered 500")
      ),
      (.answers("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nI am so well"), "am so", .pass),
      (
        .answers("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsick"), "well", .failure("body without 'well'")
      ),
      (
        .answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nwe\r\n2\r\nll\r\n0\r\n\r\n"), "well", .pass
      ),
      (.answers("SSH-2.0-OpenSSH_9.2\r\n"), nil, .failure("answered what is not HTTP")),
      (.answers("\u{0}\u{1}\u{2}\r\n\r\n"), nil, .failure("answered what is not HTTP")),
      (.silent, nil, .failure("timed out")),
      (.closes, nil, .failure("closed the connection without an answer")),
      (.drips("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), nil, .failure("timed out")),
      (
        .endless(first: "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n", String(repeating: "x", count: 4096)),
        "well", .failure("body without 'well'")
      ),
    ] as [(TestPeer.Manner, String?, CheckOutcome)])
  func `86: an answer of HTTP is judged by its status and its body, whatever the server does`(
    manner: TestPeer.Manner, body: String?, expected: CheckOutcome
  ) throws {
    let peer = try TestPeer(manner)
    var check = check(.http)
    check.body = body
    #expect(outcome(check, port: peer.port) == expected)
  }

  @Test func `86: a head without an end is cut off`() throws {
    let peer = try TestPeer(.endless(first: "HTTP/1.1 200 OK\r\n", "X: \(String(repeating: "y", count: 4000))\r\n"))
    #expect(outcome(check(.http, timeout: 5000), port: peer.port) == .failure("answered what is not HTTP"))
  }

  @Test func `86: a datagram is refused, or answered as expected, or needs no answer`() throws {
    let echo = try TestDatagramPeer { $0 + Array("-pong".utf8) }
    let mute = try TestDatagramPeer { _ in nil }
    var check = check(.udp)
    check.send = "ping"
    #expect(outcome(check, port: 1) == .failure("datagram refused"))
    #expect(outcome(check, port: mute.port) == .pass)
    check.expect = "ping-pong"
    #expect(outcome(check, port: echo.port) == .pass)
    #expect(outcome(check, port: mute.port) == .failure("timed out"))
    check.expect = "other"
    #expect(outcome(check, port: echo.port) == .failure("answer without 'other'"))
  }

  @Test func `86: a name is asked for, and answers to other questions do not count`() throws {
    func resolver(_ change: @escaping @Sendable ([UInt8]) -> [UInt8]?) throws -> TestDatagramPeer {
      try TestDatagramPeer { query in
        var answer = query
        answer[2] |= 0x80
        return change(answer)
      }
    }
    var check = check(.dns)
    check.query = "a.example"
    let good = try resolver { $0 }
    #expect(outcome(check, port: good.port) == .pass)
    let failing = try resolver { Array($0.prefix(3)) + [0x82] + Array($0.dropFirst(4)) }
    #expect(outcome(check, port: failing.port) == .failure("answered SERVFAIL"))
    let other = try resolver { [$0[0] ^ 1] + Array($0.dropFirst()) }
    #expect(outcome(check, port: other.port) == .failure("timed out"))
    #expect(outcome(check, port: 1) == .failure("query refused"))
  }

  @Test func `86: a query of DNS is as RFC 1035 says`() {
    let query = DNSQuery(name: "a.bc", identifier: 0x1234)
    #expect(
      query.bytes == [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0x61, 2, 0x62, 0x63, 0, 0, 1, 0, 1])
  }

  @Test func `86: an echo has a right checksum, and is known again with and without its IPv4 header`() {
    let request = EchoRequest(token: 0x0123_4567_89AB_CDEF)
    var sum = 0
    for index in stride(from: 0, to: 16, by: 2) {
      sum += Int(request.bytes[index]) << 8 | Int(request.bytes[index + 1])
    }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    #expect(sum == 0xFFFF)
    let reply = [0] + request.bytes.dropFirst()
    #expect(request.isAnswered(by: reply))
    #expect(request.isAnswered(by: [0x45] + [UInt8](repeating: 0, count: 19) + reply))
    #expect(!request.isAnswered(by: request.bytes), "the request itself is no reply")
    #expect(!EchoRequest(token: 1).isAnswered(by: reply))
    #expect(!request.isAnswered(by: []) && !request.isAnswered(by: [0x4F]))
  }

  @Test func `86: an echo is answered`() throws {
    let result = outcome(check(.icmp, timeout: 2000), port: 0)
    // Without the right to send echoes nothing can be said of the server.
    #expect(result == .pass || result == .inconclusive("Operation not permitted"))
  }

  @Test func `86: ten thousand checks at once wait for their turn, and their lateness is measured`() throws {
    let peer = try TestPeer(.silent)
    let checks = [CheckSettings](repeating: check(.tcp, timeout: 20_000), count: 10_000)
    let (results, figures) = outcomes(checks, port: peer.port, limit: 100)
    #expect(results.count == 10_000)
    #expect(results.allSatisfy { $0 == .pass })
    #expect(figures.passed == 10_000 && figures.running == 0)
    #expect(figures.worstLateness > 0.001)
  }

  @Test func `86: a time limit that passes while the prober is held up says nothing of the server`() throws {
    let peer = try TestPeer(.silent)
    let loop = group.next()
    let result = loop.makePromise(of: CheckOutcome.self)
    loop.execute {
      let prober = Prober(loop: loop, limit: 1)
      prober.submit(self.check(.http, timeout: 100), CheckTarget(port: peer.port), due: .now) { outcome, _ in
        result.succeed(outcome)
      }
      // The loop itself stands still, past the limit.
      usleep(500_000)
    }
    #expect(try result.futureResult.wait() == .inconclusive("the prober was held up"))
  }
}

extension CheckTarget {
  /// A port on this machine.
  fileprivate init(port: UInt16) {
    self.init(address: IPv4Address(127, 0, 0, 1), port: port)
  }
}
