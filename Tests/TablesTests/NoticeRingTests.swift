import Net
import Tables
import Testing

struct NoticeRingTests {
  static func notice(_ number: Int) -> WorkerNotice {
    .arp(.announcement(of: IPv4Address(rawValue: UInt32(number)), at: MACAddress(rawValue: 2)), PortIndex(0))
  }

  @Test func `71: notices come out as they went in, and none twice`() {
    let ring = NoticeRing.create()
    defer { ring.destroy() }
    #expect(ring.take() == nil)
    // Three times around.
    for number in 0..<3 * Int(NoticeRing.capacity) {
      ring.put(Self.notice(number))
      if number % 2 == 1 {
        #expect(ring.take() == Self.notice(number - 1))
        #expect(ring.take() == Self.notice(number))
      }
    }
    #expect(ring.take() == nil)
    #expect(ring.lost == 0)
  }

  @Test func `71: what finds no place is lost and counted, and the ring goes on`() {
    let ring = NoticeRing.create()
    defer { ring.destroy() }
    let capacity = Int(NoticeRing.capacity)
    for number in 0..<capacity + 5 { ring.put(Self.notice(number)) }
    #expect(ring.lost == 5)
    for number in 0..<capacity { #expect(ring.take() == Self.notice(number)) }
    #expect(ring.take() == nil)
    ring.put(Self.notice(1))
    #expect(ring.take() == Self.notice(1))
  }

  @Test func `71: a reader on another thread sees whole notices in their order`() async {
    let ring = NoticeRing.create()
    defer { ring.destroy() }
    let count = 20_000
    async let read = Task.detached {
      var last = -1
      var seen = 0
      while seen < count {
        guard case .arp(let message, _)? = ring.take() else {
          await Task.yield()
          continue
        }
        guard message.senderAddress == message.targetAddress, Int(message.senderAddress.rawValue) == last + 1 else {
          return false
        }
        last += 1
        seen += 1
      }
      return true
    }.value
    for number in 0..<count {
      // A worker would lose it; the test waits, so that every number comes.
      while number - ring.readCount >= Int(NoticeRing.capacity) { await Task.yield() }
      ring.put(Self.notice(number))
    }
    #expect(await read)
    #expect(ring.lost == 0)
  }
}
