import Configuration
import Net

/// Random changes of a universe of services, each of which always has a backend that takes sessions.
struct RandomChanges {
  let universe: Configuration
  var random: SplitMix64

  init(_ random: SplitMix64) throws {
    universe = try SuccessionTests.universe()
    self.random = random
  }

  /// The first service stays; everything else may change.
  mutating func next() -> Configuration {
    var next = universe
    next.services.removeAll { _ in Int.random(in: 0..<4, using: &random) == 0 }
    if next.services.first?.identity != universe.services[0].identity {
      next.services.insert(universe.services[0], at: 0)
    }
    for index in next.services.indices {
      let count = next.services[index].backends.count
      for _ in 0..<Int.random(in: 0..<count, using: &random) {
        next.services[index].backends.remove(
          at: Int.random(in: 0..<next.services[index].backends.count, using: &random))
      }
      for backend in next.services[index].backends.indices.dropFirst() {
        next.services[index].backends[backend].weight = UInt32.random(in: 0...3, using: &random)
        next.services[index].backends[backend].name = "name \(Int.random(in: 0..<10, using: &random))"
      }
      if Bool.random(using: &random) { next.services[index].backends.shuffle(using: &random) }
    }
    return next
  }
}
