import Net

/// What the worker that was asked would do with a frame, and why. Nothing was done.
@frozen
public struct Explanation: Equatable, Sendable {
  /// What becomes of the frame.
  @frozen
  public enum Verdict: Equatable, Sendable {
    /// To the backend, its destination rewritten.
    case forwarded
    /// Back to the client, its source rewritten.
    case returned
    /// Across, unchanged.
    case passed(PassReason)
    case dropped(DropReason)
    /// Answered with a refusal, since no backend takes sessions (`when_empty: reject`).
    case refused
    /// Answered with a TCP reset, since the session's backend was killed (`on_kill: reset`).
    case reset
    /// Answered with a TCP reset, since the client's port is in use with the only server there is.
    case portInUse
    /// Answered: a ping of a VIP that Sluice answers itself (`echo: self`).
    case answered
    /// To this machine's kernel, since it is for the address of a kernel twin.
    case toKernel
    /// Another worker, `owner`, decides: ask that one.
    case handedOver
    /// Kept until the first fragment of its datagram comes.
    case held
  }

  /// Whether a session that was found still counts.
  @frozen
  public enum Standing: Equatable, Sendable {
    case alive, expired
    /// A SYN on a session that is closing: the client's port has come round.
    case reopened
    /// Its backend was killed.
    case killed
    /// The MAC address of its backend is not known any more (`dsr`).
    case lost
  }

  /// The entry that was found.
  @frozen
  public struct Session: Equatable, Sendable {
    public var standing: Standing
    /// Whether it is of a client that talks to the backend itself.
    public var isDirect: Bool
    public var backend: BackendIndex
    public var progress: SessionProgress
    /// Ticks since its last packet.
    public var idle: UInt32
    /// Its place in the table: four to a bucket.
    public var place: UInt32

    /// Whether it counts for a server's frame, which a kill does not turn into anybody else's.
    @inlinable
    public var isAnswered: Bool {
      @_noLocks get {
        switch standing {
        case .alive, .killed: true
        case .expired, .reopened, .lost: false
        }
      }
    }

    @_noLocks
    public init(_ entry: SessionEntry, _ standing: Standing, at place: SessionPlace, now: Tick) {
      self.standing = standing
      isDirect = entry.kind.isDirect
      backend = entry.backend
      progress = entry.progress
      idle = now.since(entry.lastSeen)
      self.place = place.rawValue
    }
  }

  /// The choice that a client without a session gets.
  @frozen
  public struct Choice: Equatable, Sendable {
    /// Slot of the service's Maglev table.
    public var maglevSlot: UInt32
    /// The slot's, or the one that the client is remembered to have.
    public var backend: BackendIndex
    /// Whether the client has it already (`affinity: source_ip`).
    public var isRemembered: Bool

    @_noLocks
    public init(maglevSlot: UInt32, backend: BackendIndex, isRemembered: Bool = false) {
      self.maglevSlot = maglevSlot
      self.backend = backend
      self.isRemembered = isRemembered
    }
  }

  /// The end of the flow that is rewritten: the destination of a request, the source of a reply.
  @frozen
  public struct Rewrite: Equatable, Sendable {
    public var from: Endpoint
    public var to: Endpoint

    @_noLocks
    public init(from: Endpoint, to: Endpoint) {
      self.from = from
      self.to = to
    }
  }

  /// Of the tables that were asked.
  public var generation: UInt64
  /// The worker whose flow it is.
  public var owner: WorkerIndex
  public var verdict: Verdict
  /// Whose the frame is, if it is a service's.
  public var service: ServiceIndex?
  /// The backend that it goes to or comes from.
  public var backend: BackendIndex?
  public var session: Session?
  /// Set if there was no session that counts.
  public var choice: Choice?
  public var rewrite: Rewrite?
  /// The client's end, where servers see it under another address: the source of a request, the destination of a reply.
  public var clientRewrite: Rewrite?
  /// The MAC address that it is sent to, of a `dsr` service's frame, in which nothing else changes.
  public var station: MACAddress?
  /// Whether it would leave a new entry behind.
  public var makesSession = false
  /// The port by which it leaves.
  public var exit: PortIndex?
  /// With `handedOver`: what the next worker is told.
  public var mark = FrameMark()
  /// Whether it leaves by every frontend.
  public var isFlooded = false

  @_noLocks
  public init(generation: UInt64, owner: WorkerIndex, verdict: Verdict) {
    self.generation = generation
    self.owner = owner
    self.verdict = verdict
  }
}
