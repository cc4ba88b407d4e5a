/// A value that was read, and where it stood.
struct Located<Value> {
  /// What was read.
  var value: Value
  /// The way to it.
  var path: ConfigurationPath
  /// Its first character; for a default, that of the mapping which leaves it out.
  var position: SourcePosition
}
