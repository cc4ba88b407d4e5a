extension OpeningReport {
  /// One phrase: what new sessions there were, and what became of them.
  var line: String {
    var parts: [String] = []
    if attempted > 0 || datagramFlows == 0 {
      var text = "\(Figures.count(attempted)) connections"
      let ends = [
        (answered, "answered"), (refused, "refused"), (unreachable, "unreachable"), (abandoned, "abandoned"),
        (open, "open"),
      ].filter { $0.0 > 0 }.map { "\(Figures.count($0.0)) \($0.1)" }
      if !ends.isEmpty { text += ": " + ends.joined(separator: ", ") }
      if repeated > 0 { text += "; \(Figures.count(repeated)) SYNs repeated" }
      if let meanAnswerSeconds { text += "; answer in \((meanAnswerSeconds * 1e6).rounded() / 1000) ms" }
      parts.append(text)
    }
    if datagramFlows > 0 {
      parts.append(
        "\(Figures.count(datagramFlows)) flows of datagrams, \(Figures.count(datagramFlowsUnreachable)) unreachable")
    }
    return parts.joined(separator: "; ")
  }
}
