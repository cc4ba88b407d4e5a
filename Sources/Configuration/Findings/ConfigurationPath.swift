/// The way from a file's root to a value: `services[2].backends[0].weight`.
///
/// Kept as its parts: text is made only for the few paths that a complaint names.
struct ConfigurationPath: Hashable, Sendable {
  /// One step of the way.
  enum Part: Hashable, Sendable {
    case key(String)
    case index(Int)
  }

  /// From the root on.
  private(set) var parts: [Part] = []

  /// The path of one of this mapping's values.
  func key(_ name: String) -> ConfigurationPath {
    var path = self
    path.parts.append(.key(name))
    return path
  }

  /// The path of one of this list's items, from 0.
  func index(_ position: Int) -> ConfigurationPath {
    var path = self
    path.parts.append(.index(position))
    return path
  }
}

extension ConfigurationPath: CustomStringConvertible {
  /// As complaints spell it; empty for the root.
  var description: String {
    var text = ""
    for part in parts {
      switch part {
      case .index(let position): text += "[\(position)]"
      case .key(let name): text += (text.isEmpty ? "" : ".") + Self.spelled(name)
      }
    }
    return text
  }

  private static func spelled(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy { $0.isLetterOrDigit || "_-.".utf8.contains($0) }
    return isPlain && !name.isEmpty && name.utf8.count <= 64 ? name : quoted(name)
  }
}
