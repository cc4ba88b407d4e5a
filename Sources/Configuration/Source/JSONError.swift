/// Why a text is not JSON.
package struct JSONError: Error {
  /// Where it stops being JSON.
  package var position: SourcePosition
  /// Ends the sentence "expected …".
  package var expected: String
}
