import Net

/// The body of a request, as a tree that the file's decoder reads.
struct Body {
  private var root: SourceValue

  /// A tree that is one already.
  init(_ root: SourceValue) { self.root = root }

  /// A text of JSON.
  init(_ json: [UInt8]) throws(EditRefusal) {
    do throws(JSONError) {
      root = try JSONParser.parse(json)
    } catch {
      throw EditRefusal(error)
    }
  }

  /// Whether the body is a mapping that has the key.
  func has(_ key: String) -> Bool {
    guard case .mapping(let entries) = root.content else { return false }
    return entries.contains { $0.key == key }
  }

  /// Makes a body that is only a scalar or a list the value of `key`.
  mutating func wrap(as key: String) {
    if case .mapping = root.content { return }
    root.content = .mapping([SourceEntry(key: key, position: root.position, value: root)])
  }

  /// Makes a body that is only a word for a backend a mapping that says which: by its MAC address or by its address.
  mutating func wrapBackend() {
    let isMAC =
      if case .scalar(let scalar) = root.content { MACAddress(scalar.text) != nil } else { false }
    wrap(as: isMAC ? BackendKeys.mac.name : BackendKeys.address.name)
  }

  /// Gives a mapping a key that it does not have.
  mutating func add(_ key: String, _ text: String) {
    guard case .mapping(let entries) = root.content, !has(key) else { return }
    let value = SourceValue(content: .scalar(SourceScalar(text: text, isPlain: false)), position: root.position)
    root.content = .mapping(entries + [SourceEntry(key: key, position: root.position, value: value)])
  }

  /// The value that a decoder makes of it.
  /// - Throws: the decoder's first complaint.
  func read<Value>(
    _ decode: (ConfigurationDecoder, Located<SourceValue>) -> Value?
  ) throws(EditRefusal) -> Value {
    let findings = Findings(file: "")
    let located = Located(value: root, path: ConfigurationPath(), position: root.position)
    let value = decode(ConfigurationDecoder(findings: findings), located)
    if let refusal = findings.refusal { throw EditRefusal(refusal) }
    guard let value else { preconditionFailure("a body was refused without a reason") }
    return value
  }

  /// One service.
  func service() throws(EditRefusal) -> ServiceSettings {
    try read { decoder, root in
      Fields(root.value, at: root.path, ServiceKeys.section, decoder.findings).flatMap { decoder.service($0)?.settings }
    }
  }

  /// A mapping whose only key is the list of a service's backends.
  func backends(of service: ServiceSettings) throws(EditRefusal) -> [BackendSettings] {
    try read { decoder, root in
      let section = Section("", [ServiceKeys.backends.description])
      return Fields(root.value, at: root.path, section, decoder.findings).map { fields in
        let backends = decoder.backends(fields, service.backendKind)
        for backend in backends { decoder.refuseIncompleteCheck(of: backend, in: service) }
        return backends.map(\.value)
      }
    }
  }

  /// One backend of a service.
  func backend(of service: ServiceSettings) throws(EditRefusal) -> BackendSettings {
    try read { decoder, root in
      guard let backend = decoder.backend(root, service.backendKind) else { return nil }
      let located = Located(value: backend, path: root.path, position: root.position)
      decoder.refuseIncompleteCheck(of: located, in: service)
      return backend
    }
  }

  /// Some fields of a backend; those that are left out are nil.
  func patch() throws(EditRefusal) -> BackendPatch {
    try read { decoder, root in
      let keys = [
        BackendKeys.weight.description, BackendKeys.drain.description, BackendKeys.name.description,
        BackendKeys.backup.description,
      ]
      return Fields(root.value, at: root.path, Section("", keys), decoder.findings).map { fields in
        BackendPatch(
          weight: fields.written(BackendKeys.weight), name: fields.written(BackendKeys.name),
          drain: fields.written(BackendKeys.drain), backup: fields.written(BackendKeys.backup))
      }
    }
  }
}
