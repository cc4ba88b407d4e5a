import Net

/// How a server is asked whether it works.
public struct CheckSettings: Equatable, Sendable {
  /// What is tried.
  public enum Kind: String, Sendable, CaseIterable {
    /// A connection is opened, and closed again.
    case tcp
    /// A request over HTTP/1.1 is answered as expected.
    case http
    /// A datagram is answered, or at least not refused.
    case udp
    /// An echo is answered.
    case icmp
    /// A name is resolved (RFC 1035, over UDP).
    case dns
    /// Nothing: others report the state.
    case none
  }

  /// Methods of HTTP that change nothing.
  public enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case options = "OPTIONS"
  }

  /// What is tried.
  public var kind: Kind
  /// Instead of the server's own.
  public var address: IPv4Address?
  /// Instead of the server's own.
  public var port: UInt16?
  /// Milliseconds from the start of one check to that of the next.
  public var interval: UInt64
  /// The same, while a state is about to change.
  public var fastInterval: UInt64
  /// Milliseconds after which a check has failed.
  public var timeout: UInt64
  /// Checks in a row that must pass before a server is up.
  public var rise: Int
  /// Checks in a row that must fail before a server is down.
  public var fall: Int
  /// By which part of it an interval may be shorter or longer.
  public var jitter: Double
  /// HTTP only.
  public var method: Method
  /// HTTP only.
  public var path: String
  /// HTTP only: the `Host` field; nil: where the check goes.
  public var host: String?
  /// HTTP only: what counts as good.
  public var status: StatusRange
  /// HTTP only: what the body must contain.
  public var body: String?
  /// UDP only: the datagram; nil: an empty one.
  public var send: String?
  /// UDP only: what the answer must contain; nil: no answer is needed.
  public var expect: String?
  /// DNS only: the name to resolve.
  public var query: String?
}

extension CheckSettings {
  /// The check with what a backend has of its own.
  public func overridden(by overrides: CheckOverrides?) -> CheckSettings {
    guard let overrides else { return self }
    return CheckSettings(
      kind: overrides.kind ?? kind, address: overrides.address ?? address, port: overrides.port ?? port,
      interval: overrides.interval ?? interval, fastInterval: overrides.fastInterval ?? fastInterval,
      timeout: overrides.timeout ?? timeout, rise: overrides.rise ?? rise, fall: overrides.fall ?? fall,
      jitter: overrides.jitter ?? jitter, method: overrides.method ?? method, path: overrides.path ?? path,
      host: overrides.host ?? host, status: overrides.status ?? status, body: overrides.body ?? body,
      send: overrides.send ?? send, expect: overrides.expect ?? expect, query: overrides.query ?? query)
  }

  /// Whether it goes to a port.
  var needsPort: Bool {
    switch kind {
    case .tcp, .http, .udp, .dns: true
    case .icmp, .none: false
    }
  }
}
