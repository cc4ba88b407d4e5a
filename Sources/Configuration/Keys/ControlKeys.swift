/// The keys of `control`.
enum ControlKeys {
  /// Path of the Unix socket.
  static let socket = Key<String>.defaulted("socket", .socketPath, to: "/run/sluice/control.sock")
  /// Where metrics are served over TCP; left out: nowhere.
  static let metrics = Key<ListenAddress>.optional("metrics", .listen)

  /// All of them.
  static let section = Section("control", [socket.description, metrics.description])
}
