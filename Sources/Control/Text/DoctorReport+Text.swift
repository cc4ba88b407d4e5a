extension DoctorReport {
  public var text: String {
    guard !servers.isEmpty else { return "no server of a dsr service\n" }
    var table = TextTable([
      .text("SERVICE"), .text("SERVER"), .text("VIP"), .text("MAC"), .text("VERDICT"), .text("WHY"),
    ])
    for server in servers {
      table.add([
        server.service, server.backend, server.vip, server.mac ?? "unknown", server.verdict.rawValue, server.advice,
      ])
    }
    return table.text
  }
}
