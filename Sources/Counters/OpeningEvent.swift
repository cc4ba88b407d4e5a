/// What happens while a session of an observed service begins: how its server took it. Each counts in one word.
@frozen
public struct OpeningEvent: Hashable, Sendable {
  public let rawValue: Int
  /// Events there are; raw values lie below.
  public static let count = 8

  @_noLocks @inlinable @inline(__always)
  init(rawValue: Int) { self.rawValue = rawValue }

  /// A client's first SYN went to the server.
  @inlinable @inline(__always)
  public static var attempted: Self { @_noLocks get { Self(rawValue: 0) } }

  /// The client sent it again, as nobody had answered it. Not an end: the attempt goes on.
  @inlinable @inline(__always)
  public static var repeated: Self { @_noLocks get { Self(rawValue: 1) } }

  /// The server answered with a SYN-ACK; of a `dsr` service, whose servers are not heard: the client went on.
  @inlinable @inline(__always)
  public static var answered: Self { @_noLocks get { Self(rawValue: 2) } }

  /// The server answered with a RST.
  @inlinable @inline(__always)
  public static var refused: Self { @_noLocks get { Self(rawValue: 3) } }

  /// An ICMP error said that the server, or its port, cannot be reached.
  @inlinable @inline(__always)
  public static var unreachable: Self { @_noLocks get { Self(rawValue: 4) } }

  /// The client gave the attempt up, or the full session table its entry.
  @inlinable @inline(__always)
  public static var abandoned: Self { @_noLocks get { Self(rawValue: 5) } }

  /// A new flow of datagrams went to the server.
  @inlinable @inline(__always)
  public static var datagramsBegan: Self { @_noLocks get { Self(rawValue: 6) } }

  /// An ICMP error answered such a flow before the server did.
  @inlinable @inline(__always)
  public static var datagramsUnreachable: Self { @_noLocks get { Self(rawValue: 7) } }
}
