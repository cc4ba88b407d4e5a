/// A key that holds one scalar: its name, its form and its default, each said once and only here.
struct Key<Value: Sendable>: Sendable {
  /// Its name within its section.
  let name: String
  /// What it may hold.
  let form: ScalarForm<Value>
  /// What stands for it when it is left out.
  let absence: KeyDescription.Absence
  /// The value of the default.
  let defaultValue: Value?

  private init(_ name: String, _ form: ScalarForm<Value>, _ absence: KeyDescription.Absence, _ defaultValue: Value?) {
    self.name = name
    self.form = form
    self.absence = absence
    self.defaultValue = defaultValue
  }

  /// A key that a file must have.
  static func required(_ name: String, _ form: ScalarForm<Value>) -> Key {
    Key(name, form, .required, nil)
  }

  /// A key for which nothing stands, or something that follows from other keys.
  static func optional(_ name: String, _ form: ScalarForm<Value>) -> Key {
    Key(name, form, .optional, nil)
  }

  /// A key with a default, spelled as in a file.
  static func defaulted(_ name: String, _ form: ScalarForm<Value>, to text: String) -> Key {
    Key(name, form, .defaults(to: text), form.constant(text))
  }

  /// What documents, editors and tests see of it.
  var description: KeyDescription { KeyDescription(name: name, kind: form.kind, absence: absence) }

  /// The value of a default that there is.
  var constant: Value {
    guard let defaultValue else { preconditionFailure("'\(name)' has no default") }
    return defaultValue
  }
}
