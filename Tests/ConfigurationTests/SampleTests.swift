import Configuration
import Testing

/// `config/sluice.yaml` and `docs/configuration.md` against the reader's own list of keys.
@Suite struct SampleTests {
  @Test func `the sample file is accepted without a warning`() throws {
    let result = try ConfigurationReader.read(path: ProjectFile.sample.path)
    #expect(result.warnings == [])
    #expect(result.configuration.services.first?.name == "web")
    #expect(result.configuration.services.first?.backends.map(\.name) == ["web-2", "10.0.1.3:8080", "10.0.1.4:8080"])
  }

  @Test(arguments: ConfigurationKeys.all.map(\.path))
  func `the sample file shows each key, with its default`(path: String) throws {
    let key = try #require(ConfigurationKeys.all.first { $0.path == path }).description
    guard let value = try Self.value(at: path, in: ProjectFile.sample.tree()) else {
      // Without a default, showing it would set it: it stands in a comment, alone or in the section that it belongs to.
      let lines = try ProjectFile.sample.text().split(separator: "\n")
      let section = path.split(separator: ".").dropLast().last ?? ""
      let isShown = lines.contains { $0.contains("# \(key.name): ") }
      let isWithin = lines.contains { $0.contains("# \(section): {") && $0.contains(" \(key.name): ") }
      #expect(isShown && key.absence == .optional || isWithin)
      return
    }
    if case .defaults(let text) = key.absence { #expect(value.spelling == text) }
  }

  @Test func `the sample file names its schema`() throws {
    let schema = try #require(ProjectFile.schema.rawValue.split(separator: "/").last)
    #expect(try ProjectFile.sample.text().contains("# yaml-language-server: $schema=\(schema)\n"))
  }

  @Test(arguments: ConfigurationKeys.all.map(\.path))
  func `the manual explains each key, with its default`(path: String) throws {
    let key = try #require(ConfigurationKeys.all.first { $0.path == path }).description
    let rows = try ProjectFile.manual.text().split(separator: "\n").filter { $0.hasPrefix("| `\(path)` |") }
    let row = try #require(rows.first)
    #expect(rows.count == 1)
    switch key.absence {
    case .required: #expect(row.contains("| required |"))
    case .optional: #expect(!row.contains("| required |"))
    case .defaults(let text): #expect(row.contains("| `\(text)` |"))
    }
    if case .choice(let words) = key.kind {
      for word in words { #expect(row.contains("`\(word)`")) }
    }
    if case .integer(let range) = key.kind, range.upperBound < UInt64.max, path != "services[].port" {
      #expect(row.contains("\(range.lowerBound) to \(range.upperBound)"))
    }
  }

  @Test(arguments: ConfigurationKeys.planned)
  func `the manual says what is not built yet`(path: String) throws {
    let section = try #require(try ProjectFile.manual.text().split(separator: "## Not built yet").last)
    #expect(section.contains("`\(path)`"))
  }

  /// The value at a path, through the first item of a list and the first entry of a mapping of names.
  private static func value(at path: String, in tree: SourceValue) -> SourceValue? {
    path.split(separator: ".").reduce(tree) { (value: SourceValue?, step) in
      if step == "*" { return value?.entries.first?.value }
      let inner = value?[step.hasSuffix("[]") ? String(step.dropLast(2)) : String(step)]
      return step.hasSuffix("[]") ? inner?.items.first : inner
    }
  }
}
