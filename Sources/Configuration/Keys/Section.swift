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

/// Levenshtein's distance (1966): how many characters must be inserted, removed or replaced.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var row = Array(0...right.count)
  for (i, character) in left.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in right.enumerated() {
      let replaced = diagonal + (character == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[right.count]
}
