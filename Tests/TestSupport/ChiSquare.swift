/// How unlike a uniform distribution some counts are.
public enum ChiSquare {
  /// The statistic's distance from its expectation, in standard deviations: about normal for a random function,
  /// far below zero for one that is more regular than chance, far above for one that clusters.
  public static func deviation(of counts: [Int]) -> Double {
    let expected = Double(counts.reduce(0, +)) / Double(counts.count)
    let statistic = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    let freedom = Double(counts.count - 1)
    return (statistic - freedom) / (2 * freedom).squareRoot()
  }
}
