import Net

extension ConfigurationDecoder {
  /// The list `source_rewrite`: pairs of equal lengths, of which no two networks have an address in common.
  func sourceRewrites(_ root: Fields) -> [SourceRewriteSettings] {
    let items = root.items(RootKeys.sourceRewrite, limit: SourceRewriteKeys.limit, "pair")
    var taken: [Located<IPv4Prefix>] = []
    return items.compactMap { item in
      guard let fields = Fields(item.value, at: item.path, SourceRewriteKeys.section, findings) else { return nil }
      let from = fields.value(SourceRewriteKeys.from)
      let to = fields.value(SourceRewriteKeys.to)
      if let from { take(from, SourceRewriteKeys.from, fields, &taken) }
      if let to { take(to, SourceRewriteKeys.to, fields, &taken) }
      guard let from, let to else { return nil }
      guard from.length == to.length else {
        refuse(
          fields, SourceRewriteKeys.to.name, found: "\(to.masked), \(to.length) bits",
          expected: "\(from.length) bits, as many as in from: \(from.masked)")
        return nil
      }
      return SourceRewriteSettings(from: from, to: to)
    }
  }

  /// Refuses a network that has addresses of one before it: whose they would be nobody could say.
  private func take(
    _ prefix: IPv4Prefix, _ key: Key<IPv4Prefix>, _ fields: Fields, _ taken: inout [Located<IPv4Prefix>]
  ) {
    if let other = taken.first(where: { $0.value.overlaps(prefix) }) {
      refuse(
        fields, key.name,
        found: "\(prefix.masked), which overlaps \(other.path), \(other.value.masked) on line \(other.position.line)",
        expected: "networks without a common address")
    }
    taken.append(
      Located(value: prefix, path: fields.path.key(key.name), position: fields.position(of: key.name)))
  }
}
