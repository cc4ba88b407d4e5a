/// A key that holds mappings with keys of their own.
struct SectionKey: Sendable {
  /// Its name within its section.
  let name: String
  /// One mapping, several by name, or a list of them.
  let kind: KeyDescription.Kind
  /// Without it: every default inside, or none of the mappings.
  let absence: KeyDescription.Absence

  /// A key that may be left out, unless `absence` says otherwise.
  init(_ name: String, _ kind: KeyDescription.Kind, _ absence: KeyDescription.Absence = .optional) {
    self.name = name
    self.kind = kind
    self.absence = absence
  }

  /// What documents, editors and tests see of it.
  var description: KeyDescription { KeyDescription(name: name, kind: kind, absence: absence) }
}
