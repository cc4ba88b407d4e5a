import ArgumentParser

/// A backend on the command line: `10.0.1.2:8080`, or with its weight `10.0.1.2:8080=5`.
struct BackendArgument: ExpressibleByArgument {
  let body: BackendBody

  init?(argument: String) {
    let halves = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count > 1 else {
      body = BackendBody(address: argument)
      return
    }
    guard let weight = Int(halves[1]) else { return nil }
    body = BackendBody(address: String(halves[0]), weight: weight)
  }
}
