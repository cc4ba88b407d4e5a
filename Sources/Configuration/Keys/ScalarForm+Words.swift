extension ScalarForm where Value: CaseIterable & RawRepresentable<String> {
  /// One of an enumeration's words; `planned` are words that are designed and not built.
  static func choice(planned: [String] = []) -> ScalarForm {
    let words = Value.allCases.map(\.rawValue)
    return ScalarForm(
      .choice(words), alternatives(words),
      refusing: { scalar throws(Refusal) in
        if planned.contains(scalar.text) { throw Refusal(remark: Refusal.notBuilt) }
        guard let value = Value(rawValue: scalar.text) else { throw Refusal() }
        return value
      })
  }
}

extension ScalarForm<Bool> {
  /// `true` or `false`, and none of the other words that some YAML readers take for them.
  static var boolean: ScalarForm {
    ScalarForm(.boolean, "true or false", plain: { ["true": true, "false": false][$0] })
  }
}

extension ScalarForm<String> {
  /// A label that commands, metrics and URLs can carry.
  static var name: ScalarForm { label(punctuation: "._:/-") }

  /// The name of a port: also part of metrics and of the names of interfaces.
  static var portName: ScalarForm { label(punctuation: "._-") }

  /// The name of a group of users, or its number.
  static var groupName: ScalarForm {
    ScalarForm(
      .text(pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$"), "the name of a group of users",
      text: { text in
        isName(text, upTo: 32) ? text : nil
      })
  }

  /// The name for an interface of the kernel's: `IFNAMSIZ` is 16, with the final zero. Each network namespace has a `lo`; the
  /// directories of settings of all interfaces and of those to come are beside those of each.
  static var interfaceName: ScalarForm {
    let taken = ["lo", "all", "default"]
    let expectation = "the name of an interface: 1 to 15 characters out of A-Z, a-z, 0-9 and _.-"
    return ScalarForm(
      .text(pattern: "^(?!(\(taken.joined(separator: "|")))$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$"), expectation,
      refusing: { scalar throws(Refusal) in
        guard isName(scalar.text, upTo: 15) else { throw Refusal() }
        guard !scalar.isToken else { throw Refusal(expectation: "\(expectation), in quotes") }
        guard !taken.contains(scalar.text) else {
          throw Refusal(remark: ", which the kernel needs itself", expectation: "\(expectation), that is free")
        }
        return scalar.text
      })
  }

  /// The path of a Unix socket: `sockaddr_un.sun_path` holds 108 bytes, one of them the final zero.
  static var socketPath: ScalarForm {
    ScalarForm(
      .text(pattern: "^/.{0,105}[^/]$"), "an absolute path of a file, at most 107 bytes long",
      text: { text in
        let bytes = text.utf8
        let isPath = bytes.first == UInt8(ascii: "/") && bytes.last != UInt8(ascii: "/")
        return isPath && bytes.count < 108 && !bytes.contains { $0 < 0x20 || $0 == 0x7F } ? text : nil
      })
  }

  /// Whether a text is what this system calls a thing: letters, digits and `_.-`, and neither of the last two first.
  private static func isName(_ text: String, upTo limit: Int) -> Bool {
    let bytes = text.utf8
    return (1...limit).contains(bytes.count) && !".-".utf8.contains(bytes[bytes.startIndex])
      && bytes.allSatisfy { $0.isLetterOrDigit || "_.-".utf8.contains($0) }
  }

  private static func label(punctuation: String) -> ScalarForm {
    let limit = 64
    return ScalarForm(
      .text(pattern: "^[A-Za-z0-9\(punctuation)]{1,\(limit)}$"),
      "1 to \(limit) characters out of A-Z, a-z, 0-9 and \(punctuation)",
      text: { text in
        let fits = text.utf8.allSatisfy { $0.isLetterOrDigit || punctuation.utf8.contains($0) }
        return fits && (1...limit).contains(text.utf8.count) ? text : nil
      })
  }
}
