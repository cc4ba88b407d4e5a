import Foundation

/// The C yardstick: a program in another directory, built here and run between the rounds of the product.
final class Reference {
  /// The sizes that the program knows.
  static let sizes = [1, 1000, 100_000, 1_000_000, 10_000_000]

  private let folder: URL
  private var program: URL { folder.appending(path: "reference") }

  /// Builds `reference.c` of a directory.
  ///
  /// - Throws: `BenchError` with what the compiler said.
  init(sources: String) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "sluice-bench-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let command = """
      cc -O3 -march=native -w "$1"/reference.c -o "$2" $(pkg-config --cflags --libs libdpdk)
      """
    let result = try Self.run("/bin/sh", ["-c", command, "sh", sources, program.path()])
    guard result.status == 0 else {
      throw BenchError.reference("the yardstick in \(sources) cannot be compiled: \(result.errors)")
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Runs the program up to a size that it knows and reads what it says of that size.
  func measure(flows: Int, rounds: Int) throws -> ReferenceFigures {
    let result = try Self.run(program.path(), ["\(rounds)", "32", "\(flows)"])
    guard result.status == 0, let figures = ReferenceFigures(output: result.output, flows: flows) else {
      throw BenchError.reference("the yardstick did not run (status \(result.status)): \(result.errors)")
    }
    return figures
  }

  private static func run(
    _ path: String, _ arguments: [String]
  ) throws -> (status: Int32, output: String, errors: String) {
    let process = Process()
    let (output, errors) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // Both are short: neither fills its pipe while the other is read.
    let said = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      process.terminationStatus, String(decoding: said, as: UTF8.self), String(decoding: complaint, as: UTF8.self)
    )
  }
}
