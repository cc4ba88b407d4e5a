import Configuration
import Net
import Testing

@Suite struct BodyTests {
  private let web: ServiceSettings

  init() throws {
    web = try readAfterPorts(
      """
      services: [ { name: web, vip: 10.0.0.1, protocol: tcp, port: 80, backends: [
        { address: "10.0.1.1:80", weight: 5, name: one }, 10.0.1.2:80 ] } ]
      """
    ).services[0]
  }

  @Test func `a service has the defaults of the file`() throws {
    let json =
      #"{"vip": "10.0.0.1", "protocol": "udp", "port": 53, "backends": ["10.0.1.1:53", {"address": "10.0.1.2:53"}]}"#
    let service = try BodyReader.service(Array(json.utf8), named: nil)
    let file = try readAfterPorts("services: [ \(json) ]").services[0]
    #expect(service == file)
    #expect(try BodyReader.service(Array(json.utf8), named: "dns").name == "dns")
  }

  @Test func `a list of backends is a list, or the value of its key`() throws {
    let json = #"["10.0.1.1:80", {"address": "10.0.1.2:80", "weight": 7, "drain": true}]"#
    let backends = try BodyReader.backends(Array(json.utf8), of: web)
    #expect(backends.map(\.weight) == [1, 7] && backends.map(\.isDraining) == [false, true])
    #expect(try BodyReader.backends(Array("{\"backends\": \(json)}".utf8), of: web) == backends)
    #expect(try BodyReader.backends(Array("[]".utf8), of: web) == [])
    #expect(try BodyReader.backends(Array("{\"backends\": []}".utf8), of: web) == [])
  }

  @Test(arguments: [
    // An address, known or not, gives the address; the name follows from it.
    ("10.0.1.1:80", "{}", "10.0.1.1:80", "10.0.1.1:80"), ("10.0.1.9:80", "{}", "10.0.1.9:80", "10.0.1.9:80"),
    ("10.0.1.9:80", #"{"address": "10.0.1.9:80", "name": "nine"}"#, "10.0.1.9:80", "nine"),
    ("10.0.1.1:80", #"{"name": "uno"}"#, "10.0.1.1:80", "uno"),
    // A known name gives both, a new one only itself.
    ("one", "{}", "10.0.1.1:80", "one"), ("two", #"{"address": "10.0.1.3:80"}"#, "10.0.1.3:80", "two"),
    ("two", #""10.0.1.3:80""#, "10.0.1.3:80", "two"),
  ])
  func `what the path says of a backend may be left out of its body`(
    path: String, json: String, address: String, name: String
  ) throws {
    let backend = try BodyReader.backend(Array(json.utf8), of: web, addressed: path)
    #expect(backend.identity.description == address && backend.name == name && backend.weight == 1)
  }

  @Test func `33: a patch has the fields that are written`() throws {
    #expect(try BodyReader.patch(Array(#"{"weight": 0}"#.utf8)) == BackendPatch(weight: 0))
    #expect(try BodyReader.patch(Array(#"{"backup": true}"#.utf8)) == BackendPatch(backup: true))
    #expect(
      try BodyReader.patch(Array(#"{"drain": false, "name": "a"}"#.utf8)) == BackendPatch(name: "a", drain: false))
    #expect(try BodyReader.patch(Array("{}".utf8)).isEmpty)
  }

  @Test(arguments: [
    (#"{"vip": "10.0.0.1", "protocol": "tcp"}"#, "port", "port: found nothing, expected a port from 1 to 65535"),
    (
      #"{"vip": "10.0.0.1", "protocol": "icmp", "port": 7}"#, "port", "port: found 7, expected no port: ICMP has none"
    ),
    (
      #"{"vip": "10.0.0.1", "protocol": "tcp", "port": "80"}"#, "port",
      "port: found \"80\" in quotes, expected a port from 1 to 65535, without quotes"
    ),
    (
      #"{"vip": 10, "protocol": "tcp", "port": 80}"#, "vip",
      "vip: found 10, expected a unicast IPv4 address such as 203.0.113.10"
    ),
    (
      #"{"vip": "10.0.0.1", "protocol": "tcp", "port": 80, "name": 5}"#, "name",
      "name: found 5, expected 1 to 64 characters out of A-Z, a-z, 0-9 and ._:/-, in quotes"
    ),
    (
      #"{"vip": "10.0.0.1", "protocol": "tcp", "port": 8e1}"#, "port",
      "port: found 8e1, expected a port from 1 to 65535"
    ),
    (
      #"{"vip": "10.0.0.1", "protocol": "tcp", "port": 80, "backends": null}"#, "backends",
      "backends: found null, expected a list of backends"
    ),
    (
      #"{"vip": "10.0.0.1", "protocol": "tcp", "port": 80, "wheight": 1, "backends": [1]}"#, "wheight",
      "wheight: found an unknown key, expected name, mode, vip, mac, protocol, port, ports, affinity, affinity_timeout, when_empty, on_kill, "
        + "echo, maglev_slots, health or backends, and 1 more error"
    ),
    (
      #"{"vip": "10.0.0.1", "protocol": "tcp", "port": 80, "backends": [{"address": "10.0.1.1:80", "weight": 65536}]}"#,
      "backends[0].weight", "backends[0].weight: found 65536, expected a weight from 0 to 65535"
    ),
    (
      #"{"vip": "10.0.0.1", "protocol": "tcp", "port": 80, "backends": ["10.0.1.1:80", "10.0.1.1:80"]}"#, "backends[1]",
      "backends[1]: found 10.0.1.1:80, as on line 1, expected each address and port once in a service"
    ),
  ])
  func `78: a service that no file could have is refused with the file's complaint`(
    json: String, field: String, message: String
  ) {
    #expect(
      Self.refusal { () throws(EditRefusal) in _ = try BodyReader.service(Array(json.utf8), named: nil) }
        == EditRefusal(.invalid, "invalid_value", message, field: field))
  }

  @Test func `78: a body does not contradict its path`() {
    let service = #"{"name": "b", "vip": "10.0.0.1", "protocol": "tcp", "port": 80}"#
    #expect(
      Self.refusal { () throws(EditRefusal) in _ = try BodyReader.service(Array(service.utf8), named: "a") }
        == EditRefusal(
          .invalid, "path_mismatch", "name: found \"b\", expected \"a\" as in the request's path", field: "name"))
    for (path, json, field) in [
      ("10.0.1.1:80", #"{"address": "10.0.1.2:80"}"#, "address"), ("one", #"{"address": "10.0.1.2:80"}"#, "address"),
      ("one", #"{"name": "two"}"#, "name"),
    ] {
      let refusal = backendRefusal(json, path)
      #expect(refusal?.code == "path_mismatch" && refusal?.field == field)
    }
  }

  @Test func `78: a backend that its path does not place needs an address`() {
    #expect(backendRefusal("{}", "two")?.field == "address")
    #expect(backendRefusal("{}", nil)?.field == "address")
    #expect(backendRefusal("{}", "a b")?.code == "invalid_value")
    #expect(backendRefusal("{}", "10.0.1.1")?.field == "address")
  }

  @Test(arguments: [
    #"{}"#, #"{"backend": []}"#, #"{"backends": null}"#, "null", "5", #""10.0.1.1:80""#, "{\"backends\": {}}",
  ])
  func `78: a list of backends that is forgotten removes none`(json: String) {
    let refusal = Self.refusal { () throws(EditRefusal) in _ = try BodyReader.backends(Array(json.utf8), of: web) }
    #expect(refusal?.kind == .invalid)
  }

  @Test(arguments: [
    #"{"weight": null}"#, #"{"weight": -1}"#, #"{"weight": 1.0}"#, #"{"weight": true}"#, #"{"drain": "true"}"#,
    #"{"drain": 1}"#, #"{"name": ""}"#, #"{"name": null}"#, #"{"address": "10.0.1.1:80"}"#, "null", "[]", "7", "\"a\"",
  ])
  func `78: a patch that does not fit is refused`(json: String) {
    let refusal = Self.refusal { () throws(EditRefusal) in _ = try BodyReader.patch(Array(json.utf8)) }
    #expect(refusal?.kind == .invalid && refusal?.code == "invalid_value")
  }

  private func backendRefusal(_ json: String, _ path: String?) -> EditRefusal? {
    Self.refusal { () throws(EditRefusal) in
      _ = try BodyReader.backend(Array(json.utf8), of: web, addressed: path)
    }
  }

  private static func refusal(_ body: () throws(EditRefusal) -> Void) -> EditRefusal? {
    do throws(EditRefusal) {
      try body()
      return nil
    } catch {
      return error
    }
  }
}
