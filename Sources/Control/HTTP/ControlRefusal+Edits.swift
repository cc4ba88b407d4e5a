import Configuration

extension ControlRefusal {
  /// Why an edit is refused, with the status that says what kind of reason it is.
  init(_ refusal: EditRefusal) {
    switch refusal.kind {
    case .malformed: self.init(.badRequest, refusal.code, refusal.message, field: refusal.field)
    case .invalid: self.init(.unprocessableEntity, refusal.code, refusal.message, field: refusal.field)
    case .notFound: self.init(.notFound, refusal.code, refusal.message, field: refusal.field)
    case .conflict: self.init(.conflict, refusal.code, refusal.message, field: refusal.field)
    }
  }
}
