/// A query for the address of a name, and what its answer says (RFC 1035, section 4).
struct DNSQuery: Equatable, Sendable {
  /// Labels separated by dots.
  let name: String
  /// By which the answer is known.
  let identifier: UInt16

  /// The message: one question for an A record of the Internet, recursion desired.
  var bytes: [UInt8] {
    var message: [UInt8] = [UInt8(identifier >> 8), UInt8(identifier & 0xFF), 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]
    for label in name.split(separator: ".") {
      message.append(UInt8(label.utf8.count))
      message += label.utf8
    }
    return message + [0, 0, 1, 0, 1]
  }

  /// What an answer says; nil: it is none to this question.
  func judge(_ answer: [UInt8]) -> CheckOutcome? {
    guard answer.count >= 12, answer[0] == UInt8(identifier >> 8), answer[1] == UInt8(identifier & 0xFF),
      answer[2] & 0x80 != 0
    else { return nil }
    let code = Int(answer[3] & 0x0F)
    let names = ["", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"]
    return code == 0 ? .pass : .failure("answered \(code < names.count ? names[code] : "code \(code)")")
  }
}
