/// A scalar as the file spells it.
///
/// YAML readers disagree about what `yes`, `10:30`, `0o17` or `1_000` are; here every key reads the
/// spelling itself, so none of them can turn into something else.
package struct SourceScalar: Equatable, Sendable {
  /// The text, without its quotes and escapes.
  package var text: String
  /// Written without quotes, and not as a block of text.
  package var isPlain: Bool
  /// A number or a word of JSON. JSON has a spelling of its own for text, so 5 is no name there, and null is not
  /// something left empty.
  package var isToken = false

  /// Written out as nothing: left empty, `~` or `null`.
  package var isNull: Bool {
    isPlain && !isToken && (text.isEmpty || text == "~" || text == "null" || text == "Null" || text == "NULL")
  }
}
