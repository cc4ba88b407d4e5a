/// Rounds of one trial in a row: time-stamp cycles a packet of each.
struct Sample {
  /// Of the worker's loop between the null ports, writing of frames included.
  var loop: [Double] = []
  /// Of receiving, writing frames and sending.
  var transferAndWriting: [Double] = []
  /// Of receiving and sending alone.
  var transfer: [Double] = []
  /// Packets that the loop was timed with.
  var packets = 0

  /// The loop's cycles a packet, input and output included, writing taken off: with minima of all, and with
  /// medians of all.
  ///
  /// - Parameter writes: whether writing happened while the loop was timed.
  func figure(writes: Bool) -> Figure {
    guard writes else { return Figure(loop) }
    let (all, both, plain) = (Figure(loop), Figure(transferAndWriting), Figure(transfer))
    return Figure(
      minimum: all.minimum - (both.minimum - plain.minimum), median: all.median - (both.median - plain.median))
  }
}

/// The least and the middle of several values.
struct Figure: Codable, Hashable {
  var minimum: Double
  var median: Double

  init(minimum: Double, median: Double) {
    self.minimum = minimum
    self.median = median
  }

  /// - Parameter values: at least one.
  init(_ values: [Double]) {
    let sorted = values.sorted()
    minimum = sorted[0]
    median = sorted[sorted.count / 2]
  }
}
