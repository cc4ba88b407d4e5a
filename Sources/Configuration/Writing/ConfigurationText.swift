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
}
