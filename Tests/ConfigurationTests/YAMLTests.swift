import Configuration
import Testing

@Suite struct YAMLTests {
  @Test(arguments: [
    Fixture("idle: poll\nidle: sleep", "4:1: found \"idle\" more than once in a mapping, expected each key once"),
    Fixture("idle: poll\n\"idle\": sleep", "4:1: found \"idle\" more than once in a mapping, expected each key once"),
    Fixture(
      "dpdk:\n\tmain_lcore: 1",
      "5:1: found a syntax error (found character that cannot start any token while scanning for the next token "
        + "from line 5), expected spaces: YAML does not indent with tabs"),
    Fixture(
      "services: [ { a: 1\n",
      "5:1: found a syntax error (did not find expected ',' or '}' while parsing a flow mapping from line 4), "
        + "expected correct YAML"),
    Fixture("idle: poll\n---\nidle: poll", "5:1: found a second document, expected one document in a file"),
    Fixture(
      "idle: poll\nx: a\u{1}b",
      "5:5: found a character that YAML does not allow (control characters are not allowed), expected text"),
  ])
  func `errors of YAML come alone, with their place`(fixture: Fixture) {
    check(fixture)
  }

  @Test(arguments: [
    Fixture("idle: &x poll\nunmatched: *x", "4:7: idle: found the anchor \"x\", \(Expected.writtenOut)"),
    Fixture("idle: &x poll", "4:7: idle: found the anchor \"x\", \(Expected.writtenOut)"),
    Fixture("&x idle: poll", "4:1: idle: found the anchor \"x\", \(Expected.writtenOut)"),
    Fixture(
      "dpdk: &a { eal_args: &b [ &c x ] }",
      "4:7: dpdk: found the anchor \"a\", \(Expected.writtenOut)",
      "4:22: dpdk.eal_args: found the anchor \"b\", \(Expected.writtenOut)",
      "4:27: dpdk.eal_args[0]: found the anchor \"c\", \(Expected.writtenOut)"),
    Fixture(
      "idle: *x",
      "4:7: found an alias (*), expected the value written out, or in quotes if it begins with *: "
        + "aliases are not supported"),
    Fixture("<<: { idle: poll }", "4:1: found a merge key (<<), \(Expected.writtenOut)"),
    Fixture(
      "idle: !!int 5", "4:7: idle: found the tag \"tag:yaml.org,2002:int\", expected a value without a tag"),
    Fixture("dpdk: !x {}", "4:7: dpdk: found the tag \"!x\", expected a value without a tag"),
    Fixture("? [ a ]\n: 1", "4:3: found a list as a key, expected the name of a key"),
    Fixture("? { a: b }\n: 1", "4:3: found a mapping as a key, expected the name of a key"),
  ])
  func `anchors, aliases, merge keys and tags are refused`(fixture: Fixture) {
    check(fixture)
  }

  @Test func `an ampersand and an asterisk in text are only text`() throws {
    let configuration = try readAfterPorts("dpdk: { eal_args: [ \"&x\", \"*x\", a&b*c ] } # *x &y")
    #expect(configuration.dpdk.ealArguments == ["&x", "*x", "a&b*c"])
  }

  @Test func `aliases that would grow without bound are refused at once`() {
    let levels = (1...30).map { "? &k\($0) [ *k\($0 - 1), *k\($0 - 1), *k\($0 - 1) ]\n: 1\n" }.joined()
    let complaint = complaints(about: "? &k0 [ a ]\n: 1\n\(levels)")
    #expect(
      complaint.first?.hasPrefix("1:3: found a list as a key") == true
        || complaint.first?.contains("the anchor") == true)
  }

  @Test func `bytes that are not UTF-8 are refused with their place`() {
    do throws(ConfigurationErrors) {
      _ = try ConfigurationReader.read(bytes: Array("idle: poll\n# caf".utf8) + [0xE9, 0x0A], file: "f")
      Issue.record("accepted")
    } catch {
      #expect(error.description == "f:2:6: found bytes that are not UTF-8, expected text in UTF-8")
    }
  }

  @Test func `a byte order mark, carriage returns and a document marker do no harm`() throws {
    let plain = Fixture.twoPorts + "idle: sleep\n"
    let windows = "\u{FEFF}---\r\n" + String(plain.flatMap { $0 == "\n" ? "\r\n" : String($0) })
    #expect(try read(windows).configuration == read(plain).configuration)
  }

  @Test func `JSON is accepted`() throws {
    let json = #"{"ports": {"frontend": {"device": "net_tap0"}, "backend": {"device": "net_tap1"}}, "idle": "sleep"}"#
    #expect(try read(json).configuration == readAfterPorts("idle: sleep"))
  }

  @Test func `an empty file lacks its ports`() {
    for text in ["", "\n", "# nothing\n", "--- ~", "~"] {
      let complaint = complaints(about: text).map { $0.drop { $0 != " " } }
      #expect(complaint == [" ports: found nothing, expected a mapping of names to ports"])
    }
  }

  private enum Expected {
    static let writtenOut = "expected the values written out: anchors, aliases and merge keys are not supported"
  }
}
