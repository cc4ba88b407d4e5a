import Foundation

/// An HTTP/1.1 answer that was read to the connection's end: as much of HTTP as the control socket's server
/// speaks, which always tells the body's length.
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
    body = Data(bytes[gap.upperBound...])
    let length = Self.contentLength(lines)
    guard let length, length == body.count else {
      let announced = length.map { "\($0)" } ?? "an unknown number"
      throw Malformed(reason: "\(body.count) bytes came of \(announced) announced")
    }
  }

  private static func contentLength(_ lines: [Substring]) -> Int? {
    for line in lines {
      let halves = line.split(separator: ":", maxSplits: 1)
      guard halves.count == 2, halves[0].lowercased() == "content-length" else { continue }
      return Int(halves[1].trimmingCharacters(in: .whitespaces))
    }
    return nil
  }
}
