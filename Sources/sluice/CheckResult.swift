import Configuration

/// What `sluice check --json` prints: everything found in a file, and what the file describes if it is good.
struct CheckResult: Encodable {
  /// One thing found.
  struct Finding: Encodable {
    /// From 1; missing where the file as a whole is meant, or something that is not there.
    var line: Int?
    /// From 1.
    var column: Int?
    /// As `services[2].backends[0].weight`; empty for the root, and for errors of YAML itself.
    var key: String
    /// Of an error only, as `expected` is.
    var found: String?
    var expected: String?
    /// The whole of it in words.
    var message: String
  }

  /// How much the file describes.
  struct Sums: Encodable {
    var ports: Int
    var workers: Int
    var services: Int
    var backends: Int

    init(_ configuration: Configuration) {
      ports = configuration.ports.count
      workers = configuration.dpdk.workerLcores.count
      services = configuration.services.count
      backends = configuration.services.reduce(0) { $0 + $1.backends.count }
    }
  }

  var file: String
  var good: Bool
  var errors: [Finding] = []
  /// Errors beyond those that are listed.
  var omittedErrors = 0
  var warnings: [Finding] = []
  /// Missing if the file is not good.
  var describes: Sums?

  init(_ file: String, _ checked: CheckedConfiguration) {
    self.file = file
    good = true
    warnings = checked.warnings.map {
      Finding(line: $0.position?.line, column: $0.position?.column, key: $0.keyPath, message: $0.message)
    }
    describes = Sums(checked.configuration)
  }

  init(_ file: String, _ refusal: ConfigurationErrors) {
    self.file = file
    good = false
    omittedErrors = refusal.omitted
    errors = refusal.errors.map {
      Finding(
        line: $0.position?.line, column: $0.position?.column, key: $0.keyPath, found: $0.found,
        expected: $0.expected, message: $0.reason)
    }
  }
}
