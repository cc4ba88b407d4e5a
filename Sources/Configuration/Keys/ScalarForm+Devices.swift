extension ScalarForm<Lcore> {
  /// A worker's lcore: `1`, or `2@1` to run on another CPU than the one of its number.
  static var lcore: ScalarForm {
    let last = Lcore.limit - 1
    return ScalarForm(
      .either(.integer(0...UInt64(last)), .text(pattern: "^[0-9]{1,3}(@[0-9]{1,4})?$")),
      "an lcore from 0 to \(last), or LCORE@CPU with a CPU below \(cpuLimit)", text: parseLcore)
  }

  /// The operating system's own limit (`CPU_SETSIZE`).
  private static var cpuLimit: UInt32 { 1024 }

  @Sendable private static func parseLcore(_ text: String) -> Lcore? {
    let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let id = decimal(halves[0]).flatMap(UInt32.init(exactly:)), id < Lcore.limit else { return nil }
    guard halves.count == 2 else { return Lcore(id: id, cpu: id) }
    guard let cpu = decimal(halves[1]).flatMap(UInt32.init(exactly:)), cpu < cpuLimit else { return nil }
    return Lcore(id: id, cpu: cpu)
  }
}

extension ScalarForm<Device> {
  /// A PCI address or a virtual device.
  static var device: ScalarForm {
    let pci = "([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[01][0-9a-fA-F]\\.[0-7]"
    let virtual = "net_[a-z_][a-z0-9_]*[0-9](,[A-Za-z0-9_-]+=[^,\\s]+)*"
    return ScalarForm(
      .text(pattern: "^(\(pci)|\(virtual))$"),
      "a PCI address such as 0000:3b:00.0, or a virtual device such as net_af_packet0,iface=eth1",
      text: { text in pciAddress(text).map(Device.pci) ?? virtualDevice(text).map(Device.virtual) })
  }

  /// The full lower-case form of `0000:3b:00.0` or `3b:00.0`: domain, bus, device below 32, function below 8.
  private static func pciAddress(_ text: String) -> String? {
    var parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2 { parts.insert("0000", at: 0) }
    guard parts.count == 3 else { return nil }
    let slot = parts[2].split(separator: ".", omittingEmptySubsequences: false)
    guard slot.count == 2, hexadecimal(parts[0], digits: 4...4) != nil, hexadecimal(parts[1], digits: 2...2) != nil,
      let device = hexadecimal(slot[0], digits: 2...2), device < 32,
      let function = hexadecimal(slot[1], digits: 1...1), function < 8
    else { return nil }
    return parts.joined(separator: ":").lowercased()
  }

  /// `net_`, a driver's name and a number, then arguments `key=value`. EAL's names hold 63 bytes.
  private static func virtualDevice(_ text: String) -> String? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts[0].hasPrefix("net_"), parts[0].utf8.count < 64 else { return nil }
    let driver = parts[0].utf8.dropFirst(4)
    guard driver.count > 1, driver.first?.isDigit == false, driver.last?.isDigit == true else { return nil }
    let isName = driver.allSatisfy { $0.isLetterOrDigit && $0 & 0xE0 != 0x40 || $0 == UInt8(ascii: "_") }
    return isName && parts.dropFirst().allSatisfy(isArgument) ? text : nil
  }

  private static func isArgument(_ text: Substring) -> Bool {
    let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty else { return false }
    return halves[0].utf8.allSatisfy { $0.isLetterOrDigit || "_-".utf8.contains($0) } && !halves[1].hasBlank
  }
}

extension StringProtocol {
  /// Whether there is a space or a control character, which would break an argument in two or hide it.
  var hasBlank: Bool {
    unicodeScalars.contains { $0.properties.isWhitespace || $0.properties.generalCategory == .control }
  }
}
