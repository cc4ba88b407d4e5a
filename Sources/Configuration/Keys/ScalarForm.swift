/// What a scalar may be: how its spelling is read, and what to say when it is something else.
struct ScalarForm<Value: Sendable>: Sendable {
  /// What documents, editors and tests see of it.
  let kind: KeyDescription.Kind
  /// Ends the sentence "expected …".
  let expectation: String
  /// The value of a spelling.
  let read: @Sendable (SourceScalar) throws(Refusal) -> Value

  /// A form whose refusals say more than its expectation.
  init(
    _ kind: KeyDescription.Kind, _ expectation: String,
    refusing read: @escaping @Sendable (SourceScalar) throws(Refusal) -> Value
  ) {
    self.kind = kind
    self.expectation = expectation
    self.read = read
  }

  /// A form that needs no quotes and does not mind them.
  init(_ kind: KeyDescription.Kind, _ expectation: String, text read: @escaping @Sendable (String) -> Value?) {
    self.init(
      kind, expectation,
      refusing: { scalar throws(Refusal) in
        guard let value = read(scalar.text) else { throw Refusal() }
        guard !scalar.isToken else { throw Refusal(expectation: "\(expectation), in quotes") }
        return value
      })
  }

  /// A form that quotes would turn into text: a number, or `true`.
  init(_ kind: KeyDescription.Kind, _ expectation: String, plain read: @escaping @Sendable (String) -> Value?) {
    self.init(
      kind, expectation,
      refusing: { scalar throws(Refusal) in
        guard let value = read(scalar.text) else { throw Refusal() }
        guard scalar.isPlain else { throw Refusal(remark: " in quotes", expectation: "\(expectation), without quotes") }
        return value
      })
  }

  /// The value of a spelling that stands in the program; it must fit.
  func constant(_ text: String) -> Value {
    do throws(Refusal) {
      return try read(SourceScalar(text: text, isPlain: true))
    } catch {
      preconditionFailure("\(quoted(text)) is not \(expectation)")
    }
  }
}
