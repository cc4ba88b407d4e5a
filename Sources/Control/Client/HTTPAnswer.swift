import Foundation

/// An HTTP/1.1 answer that was read to the connection's end: as much of HTTP as the control socket's server
/// speaks, which tells the body's length or sends it in chunks.
struct HTTPAnswer: Equatable {
  /// What is wrong with the bytes.
  struct Malformed: Error, Equatable { var reason: String }

  var status: Int
  var body: Data

  init(_ bytes: Data) throws(Malformed) {
    guard !bytes.isEmpty else { throw Malformed(reason: "the connection was closed without an answer") }
    guard let gap = bytes.firstRange(of: Data("\r\n\r\n".utf8)) else {
      throw Malformed(reason: "the answer ends within its head")
    }
    let lines = String(decoding: bytes[..<gap.lowerBound], as: UTF8.self).split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      throw Malformed(reason: "the answer is not HTTP")
    }
    self.status = status
    guard Self.field("transfer-encoding", lines)?.lowercased() != "chunked" else {
      body = try Self.joined(bytes[gap.upperBound...])
      return
    }
    body = Data(bytes[gap.upperBound...])
    let length = Self.field("content-length", lines).flatMap { Int($0) }
    guard let length, length == body.count else {
      let announced = length.map { "\($0)" } ?? "an unknown number"
      throw Malformed(reason: "\(body.count) bytes came of \(announced) announced")
    }
  }

  private static func field(_ name: String, _ lines: [Substring]) -> String? {
    for line in lines {
      let halves = line.split(separator: ":", maxSplits: 1)
      guard halves.count == 2, halves[0].lowercased() == name else { continue }
      return halves[1].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }

  /// What chunks hold: each has its length in hexadecimal before it, and one of length 0 is the last.
  private static func joined(_ chunks: Data) throws(Malformed) -> Data {
    let lineEnd = Data("\r\n".utf8)
    var body = Data()
    var at = chunks.startIndex
    while true {
      guard let end = chunks[at...].firstRange(of: lineEnd),
        let length = Int(String(decoding: chunks[at..<end.lowerBound], as: UTF8.self), radix: 16),
        (0...chunks.count).contains(length)
      else { throw Malformed(reason: "the answer ends within its chunks") }
      guard length > 0 else { return body }
      guard chunks.endIndex - end.upperBound >= length + lineEnd.count else {
        throw Malformed(reason: "the answer ends within a chunk")
      }
      body += chunks[end.upperBound..<end.upperBound + length]
      at = end.upperBound + length + lineEnd.count
    }
  }
}
