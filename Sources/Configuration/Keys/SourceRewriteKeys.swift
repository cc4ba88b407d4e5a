import Net

/// The keys of one pair of `source_rewrite`.
enum SourceRewriteKeys {
  /// Where the clients are.
  static let from = Key<IPv4Prefix>.required("from", .prefix)
  /// Where servers see them.
  static let to = Key<IPv4Prefix>.required("to", .prefix)
  /// The most pairs there can be: they are searched one by one.
  static let limit = 64

  /// All of them.
  static let section = Section("source_rewrite[]", [from.description, to.description])
}
