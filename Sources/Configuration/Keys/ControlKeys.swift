/// The keys of `control`.
enum ControlKeys {
  /// Path of the Unix socket.
  static let socket = Key<String>.defaulted("socket", .socketPath, to: "/run/sluice/control.sock")
  /// Permissions of the socket's file.
  static let socketMode = Key<UInt16>.defaulted("socket_mode", .fileMode, to: "0600")
  /// Group of the socket's file; left out: that of the process.
  static let socketGroup = Key<String>.optional("socket_group", .groupName)
  /// Clients at a time.
  static let connections = Key<Int>.defaulted("connections", .integer(1...1024, "a number of connections"), to: "64")
  /// The largest part of the backends that a reload removes without being forced.
  static let maxRemovedShare = Key<Double>.defaulted("max_removed_share", .share, to: "0.5")
  /// What the lines of the log look like.
  static let logFormat = Key<LogFormat>.defaulted("log_format", .choice(), to: "text")
  /// Where metrics are served over TCP; left out: nowhere.
  static let metrics = Key<ListenAddress>.optional("metrics", .listen)

  /// All of them.
  static let section = Section(
    "control",
    [
      socket.description, socketMode.description, socketGroup.description, metrics.description,
      connections.description, maxRemovedShare.description, logFormat.description,
    ])
}
