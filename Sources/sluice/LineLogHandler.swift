import Control
import Foundation
import Logging

/// One line an event on standard error: time, level unless it is only information, message.
struct LineLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  private let threshold: LogThreshold

  /// - Parameter threshold: the level of the whole instance, which may change at any time.
  init(threshold: LogThreshold) { self.threshold = threshold }

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
    let time = Date().formatted(.iso8601)
    let level = event.level == .info ? "" : "\(event.level): "
    let line = "\(time) \(level)\(event.message)\n"
    FileHandle.standardError.write(Data(line.utf8))
  }
}
