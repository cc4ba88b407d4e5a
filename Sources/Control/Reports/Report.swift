import Foundation

/// An answer of the control socket: the same figures as JSON for programs and as text for people.
///
/// Field names are those of the properties in snake case; they are stable, and docs/api.md lists them. A
/// field without a value is left out.
public protocol Report: Codable, Equatable, Sendable {
  /// Tables for people, ending in a line feed.
  var text: String { get }
}

extension Encodable {
  /// The JSON that goes over the socket: one field a line, sorted by name.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }
}

extension Decodable {
  /// Reads what `json()` wrote.
  init(json: Data) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.dateDecodingStrategy = .iso8601
    self = try decoder.decode(Self.self, from: json)
  }
}
