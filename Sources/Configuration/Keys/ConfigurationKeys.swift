/// Every key that a file may contain. The reader reads by these, and the documents, the schema and the sample file
/// are compared with them.
package enum ConfigurationKeys {
  /// Every key by its path, such as `services[].backends[].weight` or `ports.*.device`, in the order of the documents.
  package static var all: [(path: String, description: KeyDescription)] {
    sections.flatMap { section in
      section.keys.map { (path: (section.path.isEmpty ? "" : section.path + ".") + $0.name, description: $0) }
    }
  }

  /// The paths of the keys that are designed and not built.
  package static var planned: [String] {
    sections.flatMap { section in section.planned.map { "\(section.path).\($0)" } }
  }

  private static let sections = [
    RootKeys.section, DPDKKeys.section, PortKeys.section, TwinKeys.section, ControlKeys.section, SessionKeys.section,
    TimeoutKeys.section, FragmentKeys.section, SourceRewriteKeys.section, ServiceKeys.section, HealthKeys.section,
    BackendKeys.section, CheckKeys.overrides,
  ]
}
