import Configuration
import Net
import Testing

@Suite struct SourceRewriteTests {
  @Test func `76: several pairs are read, and written again`() throws {
    let configuration = try readAfterPorts(
      "source_rewrite: [ { from: 10.0.0.0/24, to: 192.168.7.0/24 }, { from: 10.1.0.9, to: 10.2.0.9/32 } ]\n")
    #expect(
      configuration.sourceRewrites.map { "\($0.from) \($0.to)" } == ["10.0.0.0/24 192.168.7.0/24", "10.1.0.9 10.2.0.9"])
    #expect(try read(ConfigurationText.yaml(configuration)).configuration == configuration)
    #expect(try readAfterPorts("source_rewrite: []\n").sourceRewrites.isEmpty)
    #expect(try readAfterPorts("").sourceRewrites.isEmpty)
  }

  @Test(arguments: [
    Fixture(
      "source_rewrite:\n  - { from: 10.0.0.0/24, to: 192.168.7.0/25 }\n",
      "5:30: source_rewrite[0].to: found 192.168.7.0/25, 25 bits, expected 24 bits, as many as in from: 10.0.0.0/24"),
    Fixture(
      "source_rewrite:\n  - { from: 10.0.0.0/24, to: 192.168.7.0/24 }\n  - { from: 10.0.0.128/25, to: 172.16.0.0/25 }\n",
      "6:13: source_rewrite[1].from: found 10.0.0.128/25, which overlaps source_rewrite[0].from, 10.0.0.0/24 on line 5, "
        + "expected networks without a common address"),
    Fixture(
      "source_rewrite:\n  - { from: 10.0.0.0/24, to: 10.0.0.0/24 }\n",
      "5:30: source_rewrite[0].to: found 10.0.0.0/24, which overlaps source_rewrite[0].from, 10.0.0.0/24 on line 5, "
        + "expected networks without a common address"),
    Fixture(
      "source_rewrite:\n  - { from: 10.0.0.0/24, to: 10.1.0.0/24 }\n  - { from: 10.1.0.0/24, to: 10.2.0.0/24 }\n",
      "6:13: source_rewrite[1].from: found 10.1.0.0/24, which overlaps source_rewrite[0].to, 10.1.0.0/24 on line 5, "
        + "expected networks without a common address"),
    Fixture(
      "source_rewrite:\n  - { from: 10.0.0.0/24 }\n",
      "5:5: source_rewrite[0].to: found nothing, "
        + "expected an IPv4 address or prefix such as 10.0.0.1 or 10.0.0.0/24"),
    Fixture(
      "source_rewrite: 10.0.0.0/24\n", "4:17: source_rewrite: found \"10.0.0.0/24\", expected a list of pairs"),
  ])
  func `76: unequal lengths, overlaps and missing halves are refused`(fixture: Fixture) { check(fixture) }

  @Test func `76: host bits are masked with a warning`() throws {
    let found = try warnings(
      about: Fixture.twoPorts + "hash_seed: 1\nsource_rewrite:\n  - { from: 10.0.0.5/24, to: 192.168.7.0/24 }\n"
    ).filter { $0.contains("source_rewrite") }
    #expect(
      found == [
        "f:6:13: warning: source_rewrite[0].from: 10.0.0.5/24 means the network 10.0.0.0/24: the bits behind the prefix are"
          + " those of each client"
      ])
  }

  @Test func `76: pairs can change while Sluice runs`() throws {
    let old = try readAfterPorts("source_rewrite: [ { from: 10.0.0.0/24, to: 192.168.7.0/24 } ]\n")
    let difference = ConfigurationDifference(from: old, to: try readAfterPorts(""))
    #expect(difference.needsRestart.isEmpty)
    #expect(
      difference.settingsChanged == [
        SettingChange(key: "source_rewrite", from: "[{from: 10.0.0.0/24, to: 192.168.7.0/24}]", to: nil)
      ])
  }
}
