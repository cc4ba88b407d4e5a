/// One key that a file may contain, as documents, editors and tests see it.
package struct KeyDescription: Equatable, Sendable {
  /// What a key holds.
  package indirect enum Kind: Equatable, Sendable {
    case boolean
    case integer(ClosedRange<UInt64>)
    /// A decimal fraction.
    case number(ClosedRange<Double>)
    /// One of these numbers.
    case integers([UInt64])
    /// One of these words.
    case choice([String])
    /// Text that a regular expression describes; the reader may check more.
    case text(pattern: String)
    /// Either kind will do.
    case either(Kind, Kind)
    case list(of: Kind)
    /// A mapping with keys of its own.
    case section
    /// A mapping of names to mappings.
    case namedSections
    /// A list of mappings.
    case sections
  }

  /// What stands for a key that is left out.
  package enum Absence: Equatable, Sendable {
    /// Leaving it out is an error.
    case required
    /// Nothing stands for it, or something that follows from other keys.
    case optional
    /// This, as a file would spell it.
    case defaults(to: String)
  }

  /// Its name within its section.
  package var name: String
  /// What it holds.
  package var kind: Kind
  /// What stands for it when it is left out.
  package var absence: Absence
}
