import Net

/// All pairs of `source_rewrite`. No two overlap, so the first that fits is the only one. Few; searched one by one.
///
/// A view: the table set owns the memory.
@safe @frozen
public struct SourceRewriteTable {
  @usableFromInline let pairs: UnsafeMutablePointer<SourceRewrite>
  @usableFromInline let count: Int
  /// The most pairs a configuration has.
  public static let limit = 64

  /// Allocates the table; `deallocate` frees it.
  init(_ rewrites: [SourceRewrite]) {
    unsafe pairs = .allocate(capacity: max(1, rewrites.count))
    for (position, rewrite) in rewrites.enumerated() { unsafe (pairs + position).initialize(to: rewrite) }
    count = rewrites.count
  }

  func deallocate() { unsafe pairs.deallocate() }

  /// The pair that a client is to be rewritten by, if any.
  @_noLocks @inlinable
  public func pair(from client: IPv4Address) -> SourceRewrite? {
    for position in 0..<count where unsafe pairs[position].from.contains(client) {
      // Below `count`.
      return unsafe pairs[position]
    }
    return nil
  }

  /// The pair by which a client was rewritten that servers see under this address, if any.
  @_noLocks @inlinable
  public func pair(to seen: IPv4Address) -> SourceRewrite? {
    for position in 0..<count where unsafe pairs[position].to.contains(seen) {
      return unsafe pairs[position]
    }
    return nil
  }
}
