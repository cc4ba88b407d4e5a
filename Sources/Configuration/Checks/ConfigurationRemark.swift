/// Something in a configuration that is allowed and probably not meant, or that the operator should know.
struct ConfigurationRemark {
  /// What is meant.
  var path: ConfigurationPath
  /// What follows from it, as a sentence without a full stop.
  var message: String
}
