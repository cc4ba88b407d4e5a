/// A port that was read, and where its keys stood.
struct DecodedPort {
  /// What was read.
  let settings: PortSettings
  /// Its mapping.
  let fields: Fields
}
