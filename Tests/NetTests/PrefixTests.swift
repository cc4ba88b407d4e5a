import Net
import Testing

@Suite struct PrefixTests {
  @Test(arguments: [
    ("10.0.0.0/24", "10.0.0.0", "10.0.0.255", "10.0.1.0"), ("10.0.0.77/24", "10.0.0.0", "10.0.0.255", "9.255.255.255"),
    ("10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.0"), ("10.0.0.1/32", "10.0.0.1", "10.0.0.1", "10.0.0.2"),
    ("192.168.7.128/25", "192.168.7.128", "192.168.7.255", "192.168.7.127"),
    ("128.0.0.0/1", "128.0.0.0", "255.255.255.255", "127.255.255.255"),
  ])
  func `a prefix has its first address, its last, and not its neighbour`(
    text: String, first: String, last: String, outside: String
  ) throws {
    let prefix = try #require(IPv4Prefix(text))
    let ends = [first, last, outside].compactMap { IPv4Address($0) }
    #expect(prefix.network == ends[0] && ends.map { prefix.contains($0) } == [true, true, false])
    #expect(prefix.masked.address == prefix.network && prefix.masked.length == prefix.length)
  }

  @Test func `a prefix without bits has every address`() throws {
    let all = try #require(IPv4Prefix("1.2.3.4/0"))
    #expect(all.mask == 0 && all.contains(IPv4Address(rawValue: 0)) && all.contains(IPv4Address(rawValue: .max)))
    #expect(all.description == "1.2.3.4/0" && all.masked.description == "0.0.0.0/0")
  }

  @Test(arguments: [
    "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/024", "10.0.0.0/+8", "10.0.0/24", "10.0.0.0/24/1", "10.0.0.0/ 8",
    "10.0.0.0/-1", "10.0.0.0/100", "10.0.0.0/٣", "a",
  ])
  func `what is no prefix is refused`(text: String) { #expect(IPv4Prefix(text) == nil) }

  @Test(arguments: [
    ("10.0.0.0/24", "10.0.0.128/25", true), ("10.0.0.128/25", "10.0.0.0/24", true),
    ("10.0.0.0/25", "10.0.0.128/25", false), ("10.0.0.0/24", "10.0.1.0/24", false), ("0.0.0.0/0", "1.1.1.1", true),
    ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false),
  ])
  func `two prefixes overlap if one is in the other`(first: String, second: String, overlap: Bool) throws {
    #expect(try #require(IPv4Prefix(first)).overlaps(#require(IPv4Prefix(second))) == overlap)
  }
}
