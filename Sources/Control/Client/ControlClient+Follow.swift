import EAL
import Foundation

extension ControlClient {
  /// Hands on the events that a request is answered with, until the daemon ends or is silent for too long.
  ///
  /// - Throws: `ClientError`, also when the daemon refuses the request.
  public func follow(_ request: ClientRequest, _ show: (ServerEvent) -> Void) throws(ClientError) {
    let descriptor = try connect()
    defer { close(descriptor) }
    try send(request.bytes, on: descriptor)
    var reader = EventReader()
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure() }
      if count == 0 { break }
      reader.add(Data(chunk.prefix(count)))
      guard reader.isRefusal else {
        while let event = reader.next() { show(event) }
        continue
      }
    }
    guard reader.isRefusal else { return }
    let answer = try? HTTPAnswer(reader.received)
    let reason = answer.flatMap { try? ErrorReport(json: $0.body) }?.error.message
    throw .refused(status: answer?.status ?? 0, message: reason ?? "the daemon refuses")
  }
}
