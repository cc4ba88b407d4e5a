extension EditRefusal {
  /// The first of a reader's complaints, without the file: there is none.
  init(_ errors: ConfigurationErrors) {
    let first = errors.errors[0]
    let others = errors.errors.count - 1 + errors.omitted
    let path = first.keyPath
    self.init(
      .invalid, "invalid_value",
      "\(path.isEmpty ? "" : "\(path): ")\(first.reason)"
        + (others == 0 ? "" : ", and \(counted(others, "more error"))"),
      field: path.isEmpty ? nil : path)
  }

  /// A text that is not JSON.
  init(_ error: JSONError) {
    self.init(
      .malformed, "malformed_json",
      "the body is not JSON: expected \(error.expected) in line \(error.position.line), column \(error.position.column)"
    )
  }

  /// Something that the request's path and its body say differently.
  static func mismatch(_ field: String, path: String, body: String) -> EditRefusal {
    EditRefusal(
      .invalid, "path_mismatch", "\(field): found \(quoted(body)), expected \(quoted(path)) as in the request's path",
      field: field)
  }

  /// No service has the name.
  static func unknownService(_ name: String) -> EditRefusal {
    EditRefusal(.notFound, "unknown_service", "no service is named \(quoted(name))", field: "service")
  }

  /// No backend of a service has the name or the address.
  static func unknownBackend(_ reference: String, of service: String) -> EditRefusal {
    EditRefusal(
      .notFound, "unknown_backend", "the service \(quoted(service)) has no backend \(quoted(reference))",
      field: "backend")
  }
}
