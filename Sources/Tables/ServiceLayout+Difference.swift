import Net

extension ServiceLayout {
  /// Share of the clients without a session, 0 to 1, whose choice would be another backend in another
  /// layout of the service. Tables of one size are compared slot by slot; else the hashes that fall into two slots
  /// count for as much as the slots overlap.
  public func shareMoved(to other: ServiceLayout) -> Double {
    // One table is shared only by pools of the same backends.
    if maglev === other.maglev { return 0 }
    let (old, new) = (slotIdentities, other.slotIdentities)
    guard !old.isEmpty, !new.isEmpty else { return old.isEmpty && new.isEmpty ? 0 : 1 }
    // Boundaries as multiples of 1 / (old x new), so that they are whole numbers.
    var (left, right, position, moved) = (0, 0, 0, 0)
    while left < old.count, right < new.count {
      let end = min((left + 1) * new.count, (right + 1) * old.count)
      if old[left] != new[right] { moved += end - position }
      position = end
      if end == (left + 1) * new.count { left += 1 }
      if end == (right + 1) * old.count { right += 1 }
    }
    return Double(moved) / Double(old.count * new.count)
  }

  /// What the backend of each index is, of those that take sessions.
  private var identities: [BackendIndex: UInt64] {
    Dictionary(
      backends.filter { $0.state == .active }.map { ($0.index, $0.definition.identity) }, uniquingKeysWith: { $1 })
  }

  /// What the backend of each Maglev slot is.
  private var slotIdentities: [UInt64] {
    let identities = identities
    return (0..<Int(maglev.table.count)).map { unsafe identities[maglev.table.slots[$0]] ?? 0 }
  }
}
