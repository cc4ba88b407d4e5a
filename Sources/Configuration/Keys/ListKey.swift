/// A key that holds a list of scalars.
struct ListKey<Element: Sendable>: Sendable {
  /// Its name within its section.
  let name: String
  /// What each item may be.
  let element: ScalarForm<Element>
  /// The default items, as a file would spell them.
  private let defaultTexts: [String]
  /// The default items.
  let defaultValue: [Element]

  /// A key whose default is these items.
  init(_ name: String, of element: ScalarForm<Element>, default texts: [String]) {
    self.name = name
    self.element = element
    defaultTexts = texts
    defaultValue = texts.map(element.constant)
  }

  /// What documents, editors and tests see of it.
  var description: KeyDescription {
    let spelled = "[" + defaultTexts.joined(separator: ", ") + "]"
    return KeyDescription(name: name, kind: .list(of: element.kind), absence: .defaults(to: spelled))
  }
}
