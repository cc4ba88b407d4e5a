/// What becomes of a request.
enum Answer: Sendable {
  /// Calls back once, on any thread.
  typealias Completion = @Sendable (ControlResponse) -> Void

  /// Made at once, on the event loop.
  case now(ControlResponse)
  /// Made elsewhere: work that takes time or waits for workers.
  case later(@Sendable (@escaping Completion) -> Void)
}
