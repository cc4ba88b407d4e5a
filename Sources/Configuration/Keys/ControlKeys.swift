/// The keys of `control`.
enum ControlKeys {
  static let socket = Key<String>.defaulted("socket", .socketPath, to: "/run/sluice/control.sock")
  static let metrics = Key<ListenAddress>.optional("metrics", .listen)

  static let section = Section("control", [socket.description, metrics.description])
}
