extension ScalarForm<StatusRange> {
  /// One status code of HTTP, or a range of them.
  static var statusRange: ScalarForm {
    ScalarForm(
      .text(pattern: "^[1-5][0-9]{2}(-[1-5][0-9]{2})?$"), "a status code or a range such as 200 or 200-399",
      text: { text in
        let codes = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { part in
          decimal(part).flatMap(UInt16.init(exactly:)).flatMap { (100...599).contains($0) ? $0 : nil }
        }
        guard let first = codes[0], let last = codes.count > 1 ? codes[1] : first, first <= last else { return nil }
        return StatusRange(first: first, last: last)
      })
  }
}

extension ScalarForm<String> {
  /// What a request of HTTP asks for.
  static var target: ScalarForm {
    printable(0x21...0x7E, 1...1024, pattern: "^/[!-~]{0,1023}$", "a path from the root such as /health") {
      $0.hasPrefix("/")
    }
  }

  /// The name of a host, with or without a port.
  static var hostName: ScalarForm {
    printable(0x21...0x7E, 1...255, pattern: "^[A-Za-z0-9._:-]{1,255}$", "the name of a host such as example.org") {
      $0.utf8.allSatisfy { $0.isLetterOrDigit || "._:-".utf8.contains($0) }
    }
  }

  /// A name of RFC 1035: labels of 1 to 63 bytes.
  static var domainName: ScalarForm {
    printable(0x21...0x7E, 1...253, pattern: "^[A-Za-z0-9._-]{1,253}$", "a domain name such as example.org") { text in
      let labels = text.split(separator: ".", omittingEmptySubsequences: false)
      let isLegal = labels.allSatisfy { (1...63).contains($0.utf8.count) }
      return isLegal && text.utf8.allSatisfy { $0.isLetterOrDigit || "._-".utf8.contains($0) }
    }
  }

  /// What a check sends, or looks for.
  static var printable: ScalarForm {
    printable(0x20...0x7E, 1...256, pattern: "^[ -~]{1,256}$", "1 to 256 printable characters of ASCII") { _ in true }
  }

  private static func printable(
    _ bytes: ClosedRange<UInt8>, _ length: ClosedRange<Int>, pattern: String, _ expectation: String,
    _ fits: @escaping @Sendable (String) -> Bool
  ) -> ScalarForm {
    ScalarForm(
      .text(pattern: pattern), expectation,
      text: { text in
        let isPrintable = length.contains(text.utf8.count) && text.utf8.allSatisfy { bytes.contains($0) }
        return isPrintable && fits(text) ? text : nil
      })
  }
}
