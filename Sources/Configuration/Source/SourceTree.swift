import Yams

/// Text to a tree of values, each with its place.
package enum SourceTree {
  /// Reads one YAML document. An empty one is `SourceValue.nothing`.
  ///
  /// Errors of YAML itself and duplicate keys stop the parser and come alone; anchors, aliases, merge keys,
  /// tags and keys that are not scalars are refused together.
  package static func parse(_ text: String, file: String) throws(ConfigurationErrors) -> SourceValue {
    // The parser would count a byte order mark as a column, and see the first line indented.
    let hasMark = text.unicodeScalars.first == "\u{FEFF}"
    let text = hasMark ? String(text.unicodeScalars.dropFirst()) : text
    if text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: "*")) {
      // Aliases of aliases grow without bound when the parser compares keys. Without aliases, the anchors that they
      // need are still there to be refused; a file that has none is then safe as it stands.
      let scalars = text.unicodeScalars.map { $0 == "*" ? "\u{E000}" : $0 }
      _ = try compose(String(String.UnicodeScalarView(scalars)), file)
    }
    return try compose(text, file)
  }

  private static func compose(_ text: String, _ file: String) throws(ConfigurationErrors) -> SourceValue {
    do {
      // Anchors are weak references into the parser: they are there as long as it is.
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      return try withExtendedLifetime(parser) {
        guard let root = try parser.singleRoot() else { return .nothing }
        return try NodeConverter(file: file).tree(of: root)
      }
    } catch let errors as ConfigurationErrors {
      throw errors
    } catch let error as YamlError {
      throw ConfigurationErrors(ConfigurationError(error, in: text, file: file))
    } catch {
      throw ConfigurationErrors(
        ConfigurationError(
          file: file, position: .start, keyPath: "", found: quoted("\(error)"), expected: "a YAML document"))
    }
  }
}
