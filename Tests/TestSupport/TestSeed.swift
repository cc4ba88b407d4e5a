import Glibc
import Net

/// Seeds of property tests: random, printed, and set by the environment to repeat a failure.
public enum TestSeed {
  /// The variable that fixes the seed of every test: decimal, or hexadecimal after `0x`.
  public static let variable = "SLUICE_TEST_SEED"

  /// A generator for one test, after printing how to get the same again.
  public static func generator(_ test: String) -> SplitMix64 {
    let seed = fixed ?? UInt64.random(in: 0 ... .max)
    print("\(test): \(variable)=0x\(String(seed, radix: 16))")
    return SplitMix64(state: seed)
  }

  private static var fixed: UInt64? {
    guard let value = getenv(variable) else { return nil }
    let text = String(cString: value)
    return text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
  }
}
