import Foundation

/// Reads an answer of server-sent events while it comes: the head, then chunks, then events, which are parted by empty
/// lines.
struct EventReader {
  /// What has come and was not used yet; of a refusal, all of it.
  private(set) var received = Data()
  private var text = ""
  private var isInBody = false
  /// Whether the answer is another than 200.
  private(set) var isRefusal = false

  mutating func add(_ bytes: Data) {
    received += bytes
    if !isInBody, !isRefusal { readHead() }
    if isInBody { while readChunk() {} }
  }

  /// The next event that is whole.
  mutating func next() -> ServerEvent? {
    while let gap = text.range(of: "\n\n") {
      let event = ServerEvent(text[..<gap.lowerBound])
      text = String(text[gap.upperBound...])
      if let event { return event }
    }
    return nil
  }

  private mutating func readHead() {
    guard let gap = received.firstRange(of: Data("\r\n\r\n".utf8)) else { return }
    guard received.starts(with: Data("HTTP/1.1 200 ".utf8)) else {
      isRefusal = true
      return
    }
    received = Data(received[gap.upperBound...])
    isInBody = true
  }

  /// Takes a chunk off; whether there was a whole one.
  private mutating func readChunk() -> Bool {
    let lineEnd = Data("\r\n".utf8)
    guard let end = received.firstRange(of: lineEnd),
      let length = Int(String(decoding: received[..<end.lowerBound], as: UTF8.self), radix: 16), length > 0,
      received.endIndex - end.upperBound >= length + lineEnd.count
    else { return false }
    text += String(decoding: received[end.upperBound..<end.upperBound + length], as: UTF8.self)
    received = Data(received[(end.upperBound + length + lineEnd.count)...])
    return true
  }
}
