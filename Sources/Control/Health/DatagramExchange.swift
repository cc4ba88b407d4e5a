/// One datagram to a server, and what its answer says.
enum DatagramExchange: Sendable {
  /// Any datagram; without `expecting`, the only bad answer is that nobody listens.
  case datagram(String, expecting: String?)
  /// A query of DNS.
  case dns(DNSQuery)
  /// An ICMP echo.
  case echo(EchoRequest)

  /// A query for the address of a name.
  static func query(_ name: String) -> DatagramExchange {
    .dns(DNSQuery(name: name, identifier: .random(in: 0...UInt16.max)))
  }

  /// What is sent.
  var bytes: [UInt8] {
    switch self {
    case .datagram(let text, _): Array(text.utf8)
    case .dns(let query): query.bytes
    case .echo(let request): request.bytes
    }
  }

  /// What it is called when it fails.
  var name: String {
    switch self {
    case .datagram: "datagram"
    case .dns: "query"
    case .echo: "echo"
    }
  }

  /// What it means when nothing comes back in time.
  var silence: CheckOutcome {
    if case .datagram(_, expecting: nil) = self { .pass } else { .failure("timed out") }
  }

  /// What an answer says; nil: it is none to this.
  func judge(_ answer: [UInt8]) -> CheckOutcome? {
    switch self {
    case .datagram(_, let wanted):
      guard let wanted else { return .pass }
      return answer.containsBytes(of: wanted) ? .pass : .failure("answer without '\(wanted)'")
    case .dns(let query): return query.judge(answer)
    case .echo(let request): return request.isAnswered(by: answer) ? .pass : nil
    }
  }
}
