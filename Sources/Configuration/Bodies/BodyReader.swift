/// Reads the bodies of control requests: JSON, with the keys of the file and its complaints.
public enum BodyReader {
  /// A service with its backends; what is left out has its default. `name` is the one that the request's path gives,
  /// and the body may repeat it.
  public static func service(_ json: [UInt8], named name: String?) throws(EditRefusal) -> ServiceSettings {
    throw EditRefusal(.invalid, "not_built", "Not built yet.")
  }

  /// The backends of a service: a list, or a mapping whose only key `backends` holds it.
  public static func backends(
    _ json: [UInt8], of service: ServiceSettings
  ) throws(EditRefusal) -> [BackendSettings] {
    throw EditRefusal(.invalid, "not_built", "Not built yet.")
  }

  /// One backend of a service; what is left out has its default. `reference` is the address or the name that the
  /// request's path gives, and the body may repeat it.
  public static func backend(
    _ json: [UInt8], of service: ServiceSettings, addressed reference: String?
  ) throws(EditRefusal) -> BackendSettings {
    throw EditRefusal(.invalid, "not_built", "Not built yet.")
  }

  /// Some fields of a backend.
  public static func patch(_ json: [UInt8]) throws(EditRefusal) -> BackendPatch {
    throw EditRefusal(.invalid, "not_built", "Not built yet.")
  }
}
