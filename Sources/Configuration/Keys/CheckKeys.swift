import Net

/// The keys that say how a server is asked whether it works: of `services[].health`, and of one backend.
enum CheckKeys {
  /// What is tried.
  static let kind = Key<CheckSettings.Kind>.defaulted("type", .choice(), to: "tcp")
  /// Left out: the server's own.
  static let address = Key<IPv4Address>.optional("address", .unicast)
  /// Left out: the server's own.
  static let port = Key<UInt16>.optional("port", .integer(1...UInt16.max, "a port"))
  /// From the start of one check to that of the next.
  static let interval = Key<UInt64>.defaulted("interval", .period, to: "2s")
  /// The same, while a state is about to change.
  static let fastInterval = Key<UInt64>.defaulted("fast_interval", .period, to: "1s")
  /// After which a check has failed.
  static let timeout = Key<UInt64>.defaulted("timeout", .period, to: "1s")
  /// Passes in a row before a server is up.
  static let rise = Key<Int>.defaulted("rise", .integer(1...100, "a number of checks"), to: "2")
  /// Failures in a row before a server is down.
  static let fall = Key<Int>.defaulted("fall", .integer(1...100, "a number of checks"), to: "3")
  /// By which part an interval may differ.
  static let jitter = Key<Double>.defaulted("jitter", .share, to: "0.1")
  /// HTTP's method.
  static let method = Key<CheckSettings.Method>.defaulted("method", .choice(), to: "GET")
  /// HTTP's target.
  static let path = Key<String>.defaulted("path", .target, to: "/")
  /// HTTP's `Host`; left out: where the check goes.
  static let host = Key<String>.optional("host", .hostName)
  /// HTTP's good answers.
  static let status = Key<StatusRange>.defaulted("status", .statusRange, to: "200-399")
  /// What HTTP's body must contain.
  static let body = Key<String>.optional("body", .printable)
  /// What UDP sends; left out: an empty datagram.
  static let send = Key<String>.optional("send", .printable)
  /// What UDP's answer must contain; left out: no answer is needed.
  static let expect = Key<String>.optional("expect", .printable)
  /// The name that DNS resolves.
  static let query = Key<String>.optional("query", .domainName)

  /// All of them, each once.
  static let descriptions = [
    kind.description, address.description, port.description, interval.description, fastInterval.description,
    timeout.description, rise.description, fall.description, jitter.description, method.description, path.description,
    host.description, status.description, body.description, send.description, expect.description, query.description,
  ]

  /// Those of one backend: what is left out is as the service has it.
  static let overrides = Section(
    "services[].backends[].health",
    descriptions.map { KeyDescription(name: $0.name, kind: $0.kind, absence: .optional) })

  /// The check of a service that says nothing.
  static let defaults = CheckSettings(
    kind: kind.constant, interval: interval.constant, fastInterval: fastInterval.constant, timeout: timeout.constant,
    rise: rise.constant, fall: fall.constant, jitter: jitter.constant, method: method.constant, path: path.constant,
    status: status.constant)
}
