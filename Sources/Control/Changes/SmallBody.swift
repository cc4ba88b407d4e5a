import Foundation

/// A JSON object of a few texts.
enum SmallBody {
  /// - Throws: `ControlRefusal` when the body is no object of texts, or has a field that nobody knows.
  static func fields(of body: [UInt8], known: Set<String>) throws(ControlRefusal) -> [String: String] {
    guard let value = try? JSONSerialization.jsonObject(with: Data(body)), let object = value as? [String: Any] else {
      throw ControlRefusal(.badRequest, "not_json", "the body must be a JSON object", field: "body")
    }
    var fields: [String: String] = [:]
    for (name, value) in object {
      guard known.contains(name) else {
        throw ControlRefusal(.unprocessableEntity, "invalid", "there is no key '\(name)' here", field: name)
      }
      guard let text = value as? String else {
        throw ControlRefusal(.unprocessableEntity, "invalid", "'\(name)' must be a text", field: name)
      }
      fields[name] = text
    }
    return fields
  }
}
