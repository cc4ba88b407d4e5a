/// The number that `text` spells in decimal digits and nothing else: no sign, no separators, and no leading
/// zero, which means octal to some readers. Nil also for what 64 bits do not hold.
func decimal(_ text: some StringProtocol) -> UInt64? {
  let digits = text.utf8
  guard digits.allSatisfy(\.isDigit), digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
  return UInt64(text)
}

/// The number that `text` spells in so many hexadecimal digits and nothing else, in either case.
func hexadecimal(_ text: some StringProtocol, digits: ClosedRange<Int>) -> UInt64? {
  guard digits.contains(text.utf8.count), text.utf8.allSatisfy(\.isLetterOrDigit) else { return nil }
  return UInt64(text, radix: 16)
}
