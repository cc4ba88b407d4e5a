import Configuration
import Testing

/// `config/sluice.schema.json` against the reader's own list of keys.
@Suite struct SchemaTests {
  @Test func `the schema has the reader's keys and no others`() throws {
    let schema = Set(try Self.properties().map(\.path))
    let reader = Set(ConfigurationKeys.all.map(\.path))
    #expect(schema.subtracting(reader) == [])
    #expect(reader.subtracting(schema) == [])
  }

  @Test func `the schema takes no key that is not built`() throws {
    let schema = Set(try Self.properties().map(\.path))
    #expect(schema.intersection(ConfigurationKeys.planned) == [])
    #expect(try Self.properties(of: ProjectFile.schema.tree()).allSatisfy(\.isClosed))
  }

  @Test(arguments: ConfigurationKeys.all.map(\.path))
  func `each key has the reader's type, range, words, default and necessity`(path: String) throws {
    let key = try #require(ConfigurationKeys.all.first { $0.path == path }).description
    let property = try #require(try Self.properties().first { $0.path == path })
    Self.compare(key.kind, property.schema)
    #expect(property.schema["description"]?.spelling?.isEmpty == false)
    switch key.absence {
    case .required: #expect(property.isRequired)
    case .optional: #expect(!property.isRequired && property.schema["default"] == nil)
    case .defaults(let text): #expect(property.schema["default"]?.spelling == text && !property.isRequired)
    }
  }

  /// A key of the schema.
  private struct Property {
    var path: String
    var schema: SourceValue
    var isRequired: Bool
    /// Its mapping takes no other keys.
    var isClosed: Bool
  }

  private static func properties() throws -> [Property] { try properties(of: ProjectFile.schema.tree()) }

  /// Every key at and below a schema, by the path that the reader gives it.
  private static func properties(of schema: SourceValue, at path: String = "") -> [Property] {
    let required = schema["required"]?.items.compactMap(\.spelling) ?? []
    var found: [Property] = []
    for entry in schema["properties"]?.entries ?? [] {
      let inner = path.isEmpty ? entry.key : "\(path).\(entry.key)"
      let isClosed = schema["additionalProperties"]?.spelling == "false"
      found.append(
        Property(path: inner, schema: entry.value, isRequired: required.contains(entry.key), isClosed: isClosed))
      found += properties(of: entry.value, at: inner)
    }
    if let items = schema["items"] { found += properties(of: items, at: "\(path)[]") }
    if let named = schema["additionalProperties"] { found += properties(of: named, at: "\(path).*") }
    return found + (schema["anyOf"]?.items ?? []).flatMap { properties(of: $0, at: path) }
  }

  private static func compare(_ kind: KeyDescription.Kind, _ schema: SourceValue) {
    let type = schema["type"]?.spelling
    switch kind {
    case .boolean: #expect(type == "boolean")
    case .integer(let range):
      #expect(type == "integer")
      #expect(schema["minimum"]?.spelling == "\(range.lowerBound)")
      #expect(schema["maximum"]?.spelling == "\(range.upperBound)")
    case .number(let range):
      #expect(type == "number")
      #expect(schema["minimum"]?.spelling.flatMap { Double($0) } == range.lowerBound)
      #expect(schema["maximum"]?.spelling.flatMap { Double($0) } == range.upperBound)
    case .integers(let numbers):
      #expect(type == "integer")
      #expect(schema["enum"]?.items.compactMap(\.spelling) == numbers.map { "\($0)" })
    case .choice(let words):
      #expect(type == "string")
      #expect(schema["enum"]?.items.compactMap(\.spelling) == words)
    case .text(let pattern):
      #expect(type == "string")
      #expect(schema["pattern"]?.spelling == pattern)
    case .either(let first, let second):
      let alternatives = schema["anyOf"]?.items ?? []
      #expect(alternatives.count == 2)
      for (kind, alternative) in zip([first, second], alternatives) { compare(kind, alternative) }
    case .list(let element):
      #expect(type == "[array, null]")
      if let items = schema["items"] { compare(element, items) } else { Issue.record("no items") }
    case .section: #expect(type == "[object, null]")
    case .namedSections: #expect(type == "object" && schema["additionalProperties"]?["type"]?.spelling == "object")
    case .sections: #expect(type == "[array, null]" && schema["items"] != nil)
    }
  }
}
