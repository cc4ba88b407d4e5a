import Foundation

/// The rest of a long answer, made piece by piece: the next one is asked for when the client has taken the one before,
/// so that an answer of any length needs the memory of one piece.
protocol PieceSource: Sendable {
  /// Makes the next piece and hands it to `done` on any thread; nil ends the answer. Never asked twice at a time.
  func next(_ done: @escaping @Sendable (Data?) -> Void)
}
