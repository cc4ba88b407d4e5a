import Configuration

/// What an operator asks the desk for.
enum ChangeOrder: Sendable {
  /// One edit; made of the configuration it is applied to, since a body means something only beside it.
  case edit(@Sendable (Configuration) throws(EditRefusal) -> ConfigurationEdit)
  /// Another configuration in place of the one in force.
  case reload(ConfigurationSource)
  /// The configuration that was in force before.
  case rollback
  /// What a reload would do.
  case plan(ConfigurationSource)

  /// Whether anything changes.
  var isForReal: Bool {
    switch self {
    case .edit, .reload, .rollback: true
    case .plan: false
    }
  }
}
