import ArgumentParser

/// What is sent.
enum Scenario: String, CaseIterable, Codable, ExpressibleByArgument {
  /// Requests of known sessions.
  case forward
  /// The same of services that return directly, whose replies never come.
  case dsr
  /// Replies of known sessions.
  case reply
  /// Requests of known sessions, but one in a hundred is the first of its session.
  case mix
  /// Requests, each the first of its session, until the table holds as many as it is meant for.
  case new
  /// Requests of unknown clients while the table has no place left.
  case stateless
  /// Frames that no service claims.
  case pass
  /// Datagrams of known sessions in two fragments each.
  case fragments
  /// ICMP errors (fragmentation needed) from the clients' side about replies of known sessions.
  case errors
  /// Requests of flows that another worker owns, up to its ring.
  case handOver = "hand-over"
  /// The same, from the ring on, at the worker that owns them.
  case ring
  /// Requests of known sessions at several workers at once, each of which gets those of its own flows.
  case atOwner = "at-owner"
  /// The same, but every frame arrives at any worker, so that most are handed over.
  case anywhere

  /// Whether frames come from the servers.
  var isFromServers: Bool { self == .reply }

  /// Whether a second worker takes over what the first receives, in the same thread.
  var handsOver: Bool { self == .handOver || self == .ring }

  /// Octets of its frames: the shortest there are, unless a quoted packet needs more.
  var frameLength: Int { self == .errors ? 70 : 60 }

  /// Whether workers run on cores of their own.
  var isParallel: Bool { self == .atOwner || self == .anywhere }

  /// Whether sessions are made while the clock runs, so that one flow is too few.
  var opensSessions: Bool { self == .mix || self == .new }
}
