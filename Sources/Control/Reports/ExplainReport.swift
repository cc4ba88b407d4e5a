/// `GET /v1/explain`: what the next such frame gets, and why. Asking changes nothing.
public struct ExplainReport: Report {
  /// A backend.
  public struct Backend: Codable, Equatable, Sendable {
    /// A label.
    public var name: String
    /// `address:port`, or the address alone for ICMP.
    public var address: String
  }

  /// The session that was found.
  public struct Session: Codable, Equatable, Sendable {
    /// `alive`; or why it does not count: `expired`, `reopened` (a SYN on a closing one), `killed`.
    public var standing: String
    /// Whether it is of a client that talks to the backend itself.
    public var direct: Bool
    /// Whom it names.
    public var backend: Backend
    /// `opening`, `answered`, `established` or `closing`.
    public var phase: String
    /// Time since its last packet.
    public var idleSeconds: Double
    /// Its place in the worker's table.
    public var place: UInt32
  }

  /// What a client without a session gets.
  public struct Choice: Codable, Equatable, Sendable {
    /// Slot of the service's Maglev table.
    public var slot: UInt32
    /// Slots that it has.
    public var slots: Int
    /// Whom the slot names, or, if that is remembered, whom the client has.
    public var backend: Backend
    /// Whether the client has that backend already (`affinity: source_ip`).
    public var remembered: Bool
  }

  /// What is written into the frame.
  public struct Rewrite: Codable, Equatable, Sendable {
    /// `destination` of a request, `source` of a reply; `mac`, the Ethernet destination, in a `dsr` service.
    public var end: String
    /// Address and port as they arrive; of `mac` the VIP's.
    public var from: String
    /// Address and port as they leave; of `mac` the server's.
    public var to: String
  }

  /// Of the tables that were asked.
  public var generation: UInt64
  /// The worker whose flow it is.
  public var worker: Int
  /// The port by which the frame would arrive.
  public var arrival: String
  /// `forwarded` to the backend, `returned` to the client, `passed` unchanged, `dropped`, `refused` (no backend takes
  /// sessions), `reset` (the session's backend was killed), `to_kernel` (for a port's kernel twin) or `held` (a fragment
  /// before the first of its datagram).
  public var verdict: String
  /// The name of the reason, of a frame that is passed or dropped.
  public var reason: String?
  /// The reason in words.
  public var explanation: String?
  /// The service whose frame it is.
  public var service: String?
  /// The backend that it goes to or comes from.
  public var backend: Backend?
  /// The session that was found; absent: there is none.
  public var session: Session?
  /// The choice that was made since no session counts.
  public var choice: Choice?
  /// What changes in the frame.
  public var rewrite: Rewrite?
  /// What `source_rewrite` changes in it: the `source` of a request, the `destination` of a reply.
  public var clientRewrite: Rewrite?
  /// Whether it leaves a new session behind.
  public var makesSession: Bool
  /// The port by which it leaves.
  public var exit: String?
  /// True: it leaves by every frontend.
  public var flooded: Bool?
}
