import Net

/// Clients of one network that servers of services see as those of another.
public struct SourceRewriteSettings: Equatable, Sendable {
  /// Where the clients are; bits behind the prefix mean nothing.
  public var from: IPv4Prefix
  /// Where servers see them; as long as `from`.
  public var to: IPv4Prefix
}
