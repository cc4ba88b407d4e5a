import Configuration
import Control
import Foundation
import Logging

/// One line an event on standard error.
struct LineLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  private let threshold: LogThreshold
  private let format: LogFormat

  /// - Parameters:
  ///   - threshold: the level of the whole instance, which may change at any time.
  ///   - format: what a line looks like.
  init(threshold: LogThreshold, format: LogFormat) {
    self.threshold = threshold
    self.format = format
  }

  /// The instance's: all loggers have the same.
  var logLevel: Logger.Level {
    get { threshold.level }
    set { threshold.level = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }
    let line = format.line("\(event.message)", at: Date(), event.level, fields)
    FileHandle.standardError.write(Data(line.utf8))
  }
}
