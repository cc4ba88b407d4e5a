@testable import Configuration
@testable import Control
import Foundation
import Logging
import Testing

/// What a line of the log looks like.
@Suite struct LogTests {
  private let time = Date(timeIntervalSince1970: 1_795_287_787)

  @Test func `a line of text has the time, a level that matters, and the message`() {
    #expect(LogFormat.text.line("ready", at: time, .info) == "2026-11-21T19:03:07Z ready\n")
    #expect(
      LogFormat.text.line("odd", at: time, .warning, ["service": "web"]) == "2026-11-21T19:03:07Z warning: odd\n")
  }

  @Test func `86: a line of JSON has these and the fields of a transition, whatever is in them`() throws {
    let fields: Logger.Metadata = [
      "service": "web", "backend": "a/b", "from": "up", "to": "down", "cause": "body without '\"\n\u{1}ü'",
      "level": "x",
    ]
    let line = LogFormat.json.line("a \"b\"\\", at: time, .warning, fields)
    #expect(
      line == """
        {"time":"2026-11-21T19:03:07Z","level":"warning","message":"a \\"b\\"\\\\","backend":"a/b",\
        "cause":"body without '\\"\\n\\u0001ü'","from":"up","service":"web","to":"down"}

        """)
    let object = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
    #expect(object["cause"] == "body without '\"\n\u{1}ü'" && object.count == 8)
  }
}
