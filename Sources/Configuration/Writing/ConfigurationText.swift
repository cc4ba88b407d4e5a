/// Writes a configuration, so that reading it gives the same one again.
///
/// Every setting is written, also where it has its default, so that the text means the same to a later version; names
/// are left out where they only repeat an address.
public enum ConfigurationText {
  /// As a file of YAML.
  public static func yaml(_ configuration: Configuration) -> String {
    var writer = YAMLWriter()
    writer.write(ConfigurationTree.root(configuration))
    return writer.text
  }

  /// As JSON, which the reader of files takes too.
  public static func json(_ configuration: Configuration) -> String {
    var writer = JSONWriter()
    writer.write(ConfigurationTree.root(configuration))
    return writer.text + "\n"
  }

  /// What a time means that is spelled as in a file, up to an hour; nil: nothing.
  public static func milliseconds(_ text: String) -> UInt64? {
    try? ScalarForm<UInt64>.period.read(SourceScalar(text: text, isPlain: true))
  }

  /// A time in its largest whole unit, as a file spells it: `90s`, `1h`.
  public static func spelling(milliseconds: UInt64) -> String { ConfigurationTree.spelling(milliseconds: milliseconds) }
}
