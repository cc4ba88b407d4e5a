import Configuration
import Foundation

/// The body of `PUT /v1/health`: what one source says of many backends, in one message.
struct HealthOrders: Sendable {
  /// One backend.
  struct Item: Sendable {
    var service: String
    var backend: String
    /// nil: what the source said before is withdrawn.
    var state: HealthState?
    var cause: String?
  }

  /// The most of a source's name or a cause.
  static let textLimit = 200

  /// Who says it.
  let source: String
  /// Milliseconds that it holds; nil: until it is withdrawn.
  let ttl: UInt64?
  let items: [Item]

  /// - Throws: `ControlRefusal` when it is not what docs/api.md says.
  init(_ body: [UInt8]) throws(ControlRefusal) {
    guard let object = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] else {
      throw ControlRefusal(.badRequest, "not_json", "the body must be a JSON object", field: "body")
    }
    try Self.refuseUnknown(object, known: ["source", "ttl", "backends"], "")
    source = try Self.text(object, "source", "")
    switch object["ttl"] {
    case nil: ttl = nil
    case let text as String:
      guard let time = ConfigurationText.milliseconds(text), time > 0 else {
        throw Self.invalid("ttl", "a time from 50ms to 1h such as 30s")
      }
      ttl = time
    default: throw Self.invalid("ttl", "a time such as 30s")
    }
    guard let list = object["backends"] as? [Any], !list.isEmpty else {
      throw Self.invalid("backends", "a list of at least one backend")
    }
    var items: [Item] = []
    for (index, value) in list.enumerated() { items.append(try Self.item(value, "backends[\(index)]")) }
    self.items = items
  }

  /// What the source says of one backend.
  func order(_ item: Item, _ state: HealthState, at now: ContinuousClock.Instant) -> HealthOrder {
    HealthOrder(
      state: state, cause: item.cause ?? "\(source) says so", name: source,
      ends: ttl.map { now + .milliseconds($0) })
  }

  /// The backends that are meant.
  ///
  /// - Throws: `ControlRefusal` when one of them is not there.
  func meant(in configuration: Configuration) throws(ControlRefusal) -> [(ServedBackend, Item)] {
    var meant: [(ServedBackend, Item)] = []
    let positions = Dictionary(configuration.services.indices.map { (configuration.services[$0].name, $0) }) { $1 }
    for item in items {
      guard let position = positions[item.service] else { throw Router.unknownService(item.service) }
      let service = configuration.services[position]
      do throws(EditRefusal) {
        let backend = service.backends[try service.position(ofBackend: item.backend)]
        meant.append((ServedBackend(service: service.identity, backend: backend.identity), item))
      } catch {
        throw ControlRefusal(error)
      }
    }
    return meant
  }

  private static func item(_ value: Any, _ place: String) throws(ControlRefusal) -> Item {
    guard let object = value as? [String: Any] else { throw invalid(place, "an object") }
    try refuseUnknown(object, known: ["service", "backend", "state", "cause"], place + ".")
    let word = try text(object, "state", place + ".")
    let state = HealthState(rawValue: word)
    guard word == "clear" || state != nil && state != .unknown else {
      throw invalid("\(place).state", "up, down, drain, maintenance or clear")
    }
    return Item(
      service: try text(object, "service", place + "."), backend: try text(object, "backend", place + "."),
      state: state, cause: object["cause"] == nil ? nil : try text(object, "cause", place + "."))
  }

  private static func refuseUnknown(
    _ object: [String: Any], known: Set<String>, _ place: String
  ) throws(ControlRefusal) {
    for name in object.keys.sorted() where !known.contains(name) {
      throw ControlRefusal(
        .unprocessableEntity, "invalid", "there is no key '\(place)\(name)' here", field: place + name)
    }
  }

  private static func text(_ object: [String: Any], _ name: String, _ place: String) throws(ControlRefusal) -> String {
    let isFit = { (text: String) in
      (1...textLimit).contains(text.utf8.count)
        && text.unicodeScalars.allSatisfy(\.isVisible)
    }
    guard let text = object[name] as? String, isFit(text) else {
      throw invalid(place + name, "a text of 1 to \(textLimit) bytes, of characters that show")
    }
    return text
  }

  private static func invalid(_ field: String, _ expected: String) -> ControlRefusal {
    ControlRefusal(.unprocessableEntity, "invalid", "'\(field)' must be \(expected)", field: field)
  }
}
