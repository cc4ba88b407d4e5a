extension ExplainReport {
  public var text: String {
    var lines: [(String, String)] = [("verdict", verdict + (explanation.map { ": \($0)" } ?? ""))]
    if let reason { lines.append(("reason", reason)) }
    if let service { lines.append(("service", service)) }
    lines.append(("session", session?.text ?? "none"))
    if let choice {
      let slot = "slot \(choice.slot) of \(Figures.count(choice.slots))"
      lines.append(("choice", "\(choice.backend.text), \(choice.remembered ? "which the client has already" : slot)"))
    }
    if let backend { lines.append(("backend", backend.text)) }
    if let clientRewrite {
      lines.append(("client", "\(clientRewrite.end) \(clientRewrite.from) -> \(clientRewrite.to)"))
    }
    if let rewrite { lines.append(("rewrite", "\(rewrite.end) \(rewrite.from) -> \(rewrite.to)")) }
    let exit = exit ?? (flooded == true ? "every frontend" : "nowhere")
    lines.append(("path", "\(arrival) -> \(exit), worker \(worker), generation \(generation)"))
    lines.append(("leaves", makesSession ? "a new session" : "no new session"))
    return lines.map { $0.0 + String(repeating: " ", count: max(1, 10 - $0.0.count)) + $0.1 + "\n" }.joined()
  }
}

extension ExplainReport.Backend {
  fileprivate var text: String { name == address ? name : "\(name) (\(address))" }
}

extension ExplainReport.Session {
  fileprivate var text: String {
    "\(standing), \(phase), idle for \(Figures.decimal(idleSeconds, places: 1)) s, \(direct ? "direct to" : "on") "
      + "\(backend.text), place \(place)"
  }
}
