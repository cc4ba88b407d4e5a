// Indices of one kind each, so that one cannot be passed where another is meant.

/// Position of a service in the published tables; stable across publishes. 14 bits.
@frozen
public struct ServiceIndex: Hashable, Sendable {
  public let rawValue: UInt16
  /// The most services one instance holds; a session stores the index in 14 bits.
  public static let limit = 1 << 14

  @inlinable @inline(__always)
  public init(_ rawValue: UInt16) { self.rawValue = rawValue }
}

/// Position of a backend within its service; stable across publishes. 12 bits.
@frozen
public struct BackendIndex: Hashable, Sendable {
  public let rawValue: UInt16
  /// The most backends one service holds; a session stores the index in 12 bits.
  public static let limit = 1 << 12

  @_noLocks @inlinable @inline(__always)
  public init(_ rawValue: UInt16) { self.rawValue = rawValue }
}

/// Position of a backend's counters in each worker's tally; stable across publishes.
@frozen
public struct BackendSlot: Hashable, Sendable {
  public let rawValue: UInt32

  @_noLocks @inlinable @inline(__always)
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// Position of a backend's record in one generation of tables: the service's first record plus the
/// `BackendIndex`. Of no use in any other generation.
@frozen
public struct RecordIndex: Hashable, Sendable {
  public let rawValue: UInt32

  @_noLocks @inlinable @inline(__always)
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// Position of a port in the configuration, frontends first; a session stores it in 4 bits.
@frozen
public struct PortIndex: Hashable, Sendable {
  public let rawValue: UInt8
  public static let limit = 16

  @_noLocks @inlinable @inline(__always)
  public init(_ rawValue: UInt8) { self.rawValue = rawValue }
}

/// Position of a worker in the configuration's `worker_lcores`.
@frozen
public struct WorkerIndex: Hashable, Sendable {
  public let rawValue: UInt16
  /// The most workers one instance runs.
  public static let limit = 64

  @inlinable @inline(__always)
  public init(_ rawValue: UInt16) { self.rawValue = rawValue }
}
