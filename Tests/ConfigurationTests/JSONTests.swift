import Configuration
import Foundation
import Net
import Testing

@Suite struct JSONTests {
  @Test(arguments: [
    ("", "expected a JSON value in line 1, column 1"), ("{", "expected a key in double quotes in line 1, column 2"),
    ("[1,]", "expected a JSON value in line 1, column 4"), ("[1 2]", "expected ',' or ']' in line 1, column 4"),
    ("{\"a\" 1}", "expected ':' in line 1, column 6"),
    ("{a: 1}", "expected a key in double quotes in line 1, column 2"),
    ("{\"a\": 1,\n \"a\": 2}", "expected each key once in line 2, column 2"),
    ("{} {}", "expected the end in line 1, column 4"),
    ("\"\\x\"", "expected one of the escapes of JSON in line 1, column 3"),
    ("\"\\ud800\"", "expected the second half of a surrogate pair in line 1, column 8"),
    ("\"a\nb\"", "expected control characters escaped in line 1, column 3"),
    ("\"a", "expected '\"' in line 1, column 3"),
    ("01", "expected a JSON value in line 1, column 1"), ("# yaml", "expected a JSON value in line 1, column 1"),
    ("a: 1", "expected a JSON value in line 1, column 1"), ("nul", "expected a JSON value in line 1, column 1"),
    (String(repeating: "[", count: 100_000), "expected at most 16 levels in line 1, column 17"),
  ])
  func `78: what is not JSON is told with its place`(json: String, complaint: String) {
    let refusal = Self.refusal(Array(json.utf8))
    #expect(refusal?.kind == .malformed && refusal?.code == "malformed_json" && refusal?.field == nil)
    #expect(refusal?.message == "the body is not JSON: \(complaint)")
  }

  @Test func `78: bytes that are not UTF-8 are told with their place`() {
    let refusal = Self.refusal([0x22, 0x61, 0xFF, 0x22])
    #expect(refusal?.message == "the body is not JSON: expected text in UTF-8 in line 1, column 3")
  }

  @Test(arguments: [
    (#""\"\\\/\b\f\n\r\t\u00e9\ud83d\udca5""#, "\"\\/\u{8}\u{C}\n\r\té💥"), ("\"é💥\u{7F}\"", "é💥\u{7F}"),
    (" \t\r\n-0.5e+10 ", "-0.5e+10"), ("18446744073709551616", "18446744073709551616"), ("[ ]", "[]"),
    (#"[1, true, null]"#, "[1, true, null]"),
  ])
  func `JSON is read as it is spelled`(json: String, spelling: String) throws {
    #expect(try JSONParser.parse(Array(json.utf8)).spelling == spelling)
  }

  /// Whatever the bytes, each reader of bodies answers: with settings that fit a configuration, or with one sentence.
  @Test func `78: random bodies get an answer, and nothing but JSON is taken for it`() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("random bodies: seed \(seed)")
    var random = SplitMix64(state: seed)
    let running = try readAfterPorts("services: [ { name: a, vip: 10.0.0.1, protocol: tcp, port: 80 } ]")
    var counts = (accepted: 0, refused: 0, malformed: 0)
    for _ in 0..<20_000 {
      let body = Self.spoiled(Self.bodies[Int.random(in: 0..<Self.bodies.count, using: &random)], &random)
      if (try? JSONParser.parse(body)) != nil {
        #expect(Self.isJSON(body), "\(String(decoding: body, as: UTF8.self))")
      }
      switch Self.answer(to: body, running) {
      case nil: counts.accepted += 1
      case .malformed: counts.malformed += 1
      default: counts.refused += 1
      }
    }
    #expect(counts.accepted > 1000 && counts.refused > 1000 && counts.malformed > 1000, "\(counts)")
  }

  /// What Foundation says. It also refuses numbers that no `Double` holds, so exponents become 0.
  private static func isJSON(_ body: [UInt8]) -> Bool {
    let text = String(decoding: body, as: UTF8.self).replacing(/([eE][+-]?)([0-9]+)/) { match in
      match.1 + String(repeating: "0", count: match.2.count)
    }
    return (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil
  }

  private static let bodies = [
    #"{"name": "web", "vip": "10.0.0.2", "protocol": "tcp", "port": 81, "backends": ["10.0.1.1:80", {"address": "10.0.1.2:80", "weight": 3}]}"#,
    #"{"vip": "10.0.0.2", "protocol": "icmp", "backends": [{"address": "10.0.1.2", "drain": true, "name": "x\u0041"}]}"#,
    #"{"backends": [{"address": "10.0.1.2:80", "weight": 65535, "name": "b"}]}"#, #"["10.0.1.2:80"]"#,
    #"{"address": "10.0.1.2:80", "weight": 0}"#, #"{"weight": 12, "drain": false, "name": "n/1"}"#,
  ]

  private static func spoiled(_ text: String, _ random: inout SplitMix64) -> [UInt8] {
    var bytes = Array(text.utf8)
    let spice = Array(" \t\n:-,[]{}\"\\u019.eEtrunlfs+\u{0}é".utf8)
    for _ in 0..<Int.random(in: 0..<4, using: &random) {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes[place] = spice.randomElement(using: &random) ?? 0
      case 2: bytes.insert(spice.randomElement(using: &random) ?? 0, at: place)
      default: bytes.removeSubrange(place..<min(bytes.count - 1, place + Int.random(in: 1..<20, using: &random)))
      }
    }
    return bytes
  }

  /// Gives a body to every reader, and what they make of it to a configuration. Nil: at least one accepted it.
  private static func answer(to body: [UInt8], _ running: Configuration) -> EditRefusal.Kind? {
    var kinds: [EditRefusal.Kind] = []
    for reader in 0..<4 {
      do throws(EditRefusal) {
        let result = try running.applying(edit(reader, body, running.services[0]))
        #expect((try? read(ConfigurationText.yaml(result.configuration)).configuration) == result.configuration)
        return nil
      } catch {
        #expect(!error.message.isEmpty && error.message.utf8.allSatisfy { $0 >= 0x20 } && error.message.count < 500)
        kinds.append(error.kind)
      }
    }
    // Not JSON is not JSON for all of them.
    #expect(!kinds.contains(.malformed) || kinds.allSatisfy { $0 == .malformed })
    return kinds.first
  }

  /// What one of the four readers makes of a body.
  private static func edit(
    _ reader: Int, _ body: [UInt8], _ service: ServiceSettings
  ) throws(EditRefusal) -> ConfigurationEdit {
    switch reader {
    case 0: return .putService(try BodyReader.service(body, named: nil))
    case 1: return .replaceBackends(service: "a", try BodyReader.backends(body, of: service))
    case 2: return .putBackend(service: "a", try BodyReader.backend(body, of: service, addressed: nil))
    default:
      _ = try BodyReader.patch(body)
      return .removeService("a")
    }
  }

  private static func refusal(_ json: [UInt8]) -> EditRefusal? {
    do throws(EditRefusal) {
      _ = try BodyReader.patch(json)
      return nil
    } catch {
      return error
    }
  }
}
