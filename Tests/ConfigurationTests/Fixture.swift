import Configuration
import Testing

/// A piece of a configuration file and what its reader must say about it.
struct Fixture: CustomTestStringConvertible, Sendable {
  /// Follows `twoPorts`, so its first line is line 4.
  let text: String
  /// Every complaint, without the file's name.
  let complaints: [String]

  init(_ text: String, _ complaints: String...) {
    self.text = text
    self.complaints = complaints
  }

  var testDescription: String { text.split(separator: "\n").joined(separator: "⏎") }

  /// A frontend and a backend: all that a file must have.
  static let twoPorts = """
    ports:
      frontend: { device: net_tap0 }
      backend: { device: net_tap1 }

    """
}

/// What the file `f` of this text says.
func read(_ text: String) throws(ConfigurationErrors) -> CheckedConfiguration {
  try ConfigurationReader.read(text: text, file: "f")
}

/// What two ports and this text say.
func readAfterPorts(_ text: String) throws(ConfigurationErrors) -> Configuration {
  try read(Fixture.twoPorts + text).configuration
}

/// The complaints about a file, as `line:column: …`; none if it is accepted.
func complaints(about text: String) -> [String] {
  do throws(ConfigurationErrors) {
    _ = try read(text)
    return []
  } catch {
    return error.description.split(separator: "\n").map { String($0.trimmingPrefix("f:")) }
  }
}

/// The warnings about an accepted file, as `f:line:column: warning: …`.
func warnings(about text: String) throws(ConfigurationErrors) -> [String] {
  try read(text).warnings.map(\.description)
}

/// Compares the complaints about `fixture` with the expected ones.
func check(_ fixture: Fixture, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(complaints(about: Fixture.twoPorts + fixture.text) == fixture.complaints, sourceLocation: sourceLocation)
}
