/// The keys that one kind of mapping may have.
struct Section: Sendable {
  /// Where such mappings stand: empty for the root, `services[].backends[]`, `ports.*`.
  let path: String
  /// All keys, in the order of the documents.
  let keys: [KeyDescription]
  /// Names that are designed and not built: refused in other words than a misspelling.
  let planned: [String]

  /// The keys of the mappings that stand at `path`.
  init(_ path: String, _ keys: [KeyDescription], planned: [String] = []) {
    self.path = path
    self.keys = keys
    self.planned = planned
  }

  /// Whether `name` is one of the keys.
  func contains(_ name: String) -> Bool { keys.contains { $0.name == name } }

  /// The key that somebody who wrote `name` most likely meant; nil if none is close.
  func nearest(to name: String) -> String? {
    let spelled = Array(name.lowercased().utf8.prefix(64)).map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    let distances = keys.map { (name: $0.name, distance: editDistance(spelled, Array($0.name.utf8))) }
    guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, best.name.utf8.count / 3) ? best.name : nil
  }
}

/// How many characters must be inserted, removed, replaced, or exchanged with their neighbours (Damerau 1964).
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var rows = [Array(0...right.count)]
  for i in left.indices {
    var row = [i + 1]
    for j in right.indices {
      let replaced = rows[i][j] + (left[i] == right[j] ? 0 : 1)
      row.append(min(replaced, rows[i][j + 1] + 1, row[j] + 1))
      if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
        row[j + 1] = min(row[j + 1], rows[i - 1][j - 1] + 1)
      }
    }
    rows.append(row)
  }
  return rows[left.count][right.count]
}
