import Configuration
import Net
import Testing

/// Whatever the bytes, the reader answers: with a configuration, or with errors that fit one line each.
@Suite struct RobustnessTests {
  @Test func `every prefix of the sample file gets an answer`() throws {
    let bytes = Array(try ProjectFile.sample.text().utf8)
    for length in 0...bytes.count { Self.answer(to: Array(bytes.prefix(length))) }
  }

  @Test func `random changes of a file get an answer`() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("random changes of a file: seed \(seed)")
    var random = SplitMix64(state: seed)
    let lines = try ProjectFile.sample.text().split(separator: "\n").filter { !$0.contains("#") }
    let original = Array(lines.joined(separator: "\n").utf8)
    let spice = Array(" \t\n:-,[]{}&*!|>'\"%@`#?~<0129xyz.\\\u{0}é".utf8)
    for _ in 0..<2000 {
      var bytes = original
      for _ in 0...Int.random(in: 0..<8, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] = spice.randomElement(using: &random) ?? 0
        case 2: bytes.insert(spice.randomElement(using: &random) ?? 0, at: place)
        default: bytes.removeSubrange(place..<min(bytes.count - 1, place + Int.random(in: 1..<20, using: &random)))
        }
      }
      Self.answer(to: bytes)
    }
  }

  @Test(arguments: ["[", "{", "- ", "? ", "a: {", "[a: ", "!", "&a ", "*", "\"", "\t", "- - [", "|", ">", "%", "'"])
  func `endless nesting gets an answer`(text: String) {
    Self.answer(to: Array(String(repeating: text, count: 20_000).utf8))
  }

  @Test func `ten megabytes get an answer`() {
    let size = 10 << 20
    Self.answer(to: [UInt8](repeating: UInt8(ascii: "x"), count: size))
    Self.answer(to: [UInt8](repeating: UInt8(ascii: "9"), count: size))
    Self.answer(to: [UInt8](repeating: UInt8(ascii: "\n"), count: size))
    Self.answer(to: Array("idle: \"".utf8) + [UInt8](repeating: UInt8(ascii: "&"), count: size))
    Self.answer(to: Array("# ".utf8) + [UInt8](repeating: UInt8(ascii: "*"), count: size))
    Self.answer(to: Array("idle: &".utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: size))
    Self.answer(to: Array(String(repeating: "\u{FEFF}", count: size / 3).utf8))
    Self.answer(to: Array(String(repeating: "a: 1\nb: 1\n", count: size / 100).utf8))
    Self.answer(to: [UInt8](repeating: 0, count: ConfigurationReader.sizeLimit + 1))
  }

  @Test(arguments: [
    "%YAML 1.1\n---\nidle: poll", "%YAML 3.0\n--- {}", "%TAG ! tag:x,2000:\n--- !a b", "--- |\n  text", "? \n: ", ": ",
    "- \n- ", "{,}", "[,]", "{a, b}", "\"\\ud800\"", "\"\\xff\"", "\"\\0\": 1", "idle: \"\\0\"", "...", "--- ...",
    "ports: { ? : }", "ports: { \"\": { device: net_tap0 } }", "é: é", "\u{85}", "\u{2028}", "🙂: [🙂]", "null: null",
  ])
  func `rare corners of YAML get an answer`(text: String) {
    Self.answer(to: Array(text.utf8))
  }

  private static func answer(to bytes: [UInt8]) {
    do throws(ConfigurationErrors) {
      _ = try ConfigurationReader.read(bytes: bytes, file: "f")
    } catch {
      #expect(!error.errors.isEmpty)
      #expect(error.errors.allSatisfy { !$0.description.contains("\n") && $0.description.utf8.count < 1000 })
    }
  }
}
