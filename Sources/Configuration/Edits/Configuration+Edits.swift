extension Configuration {
  /// This configuration with a change.
  ///
  /// The result is held against the same checks as a file, and has the same warnings; they have no place in a file.
  /// - Throws: why there is no such result.
  public func applying(_ edit: ConfigurationEdit) throws(EditRefusal) -> CheckedConfiguration {
    throw EditRefusal(.invalid, "not_built", "Not built yet.")
  }
}
