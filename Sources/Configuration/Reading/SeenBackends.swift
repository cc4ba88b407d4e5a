/// The backends of one service so far: no address and port twice, no name twice.
struct SeenBackends {
  private var linesByAddress: [BackendIdentity: Int] = [:]
  private var linesByName: [String: Int] = [:]

  /// Takes a backend in, or says what is wrong with it.
  mutating func insert(_ backend: Located<BackendSettings>) -> (found: String, expected: String)? {
    let address = backend.value.identity
    if let line = linesByAddress[address] {
      return ("\(address), as on line \(line)", "each address and port once in a service")
    }
    if let line = linesByName[backend.value.name] {
      return ("the name \(quoted(backend.value.name)), as on line \(line)", "each name once in a service")
    }
    if let host = backend.value.host, host != address {
      if let line = linesByAddress[host] {
        return ("\(host), as on line \(line)", "each address once in a service")
      }
      linesByAddress[host] = backend.position.line
    }
    linesByAddress[address] = backend.position.line
    linesByName[backend.value.name] = backend.position.line
    return nil
  }
}
