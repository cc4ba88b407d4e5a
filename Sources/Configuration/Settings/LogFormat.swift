/// What a line of the log looks like.
public enum LogFormat: String, Sendable, CaseIterable {
  /// Time, level unless it is only information, message.
  case text
  /// An object of JSON with these, and whatever else is known of the event by name.
  case json
}
