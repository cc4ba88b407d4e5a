import Glibc

/// Who may open the socket's file.
struct SocketAccess {
  private let mode: mode_t
  private let group: gid_t?

  /// - Parameter group: name or number of a group; nil: left as it is.
  /// - Throws: `ControlError` when nobody knows the group.
  init(mode: UInt16, group: String?) throws(ControlError) {
    self.mode = mode_t(mode)
    guard let group else {
      self.group = nil
      return
    }
    guard let number = Self.number(of: group) else {
      throw .system(
        doing: "give the control socket to the group '\(group)' ('control.socket_group')", reason: "there is none")
    }
    self.group = number
  }

  /// Gives the file its group, then its mode; false with the reason in `errno`.
  func apply(to path: String) -> Bool {
    if let group, chown(path, uid_t.max, group) != 0 { return false }
    return chmod(path, mode) == 0
  }

  private static func number(of name: String) -> gid_t? {
    var entry = Glibc.group()
    var buffer = [CChar](repeating: 0, count: 16 << 10)
    var found: UnsafeMutablePointer<Glibc.group>?
    guard getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return gid_t(name) }
    return entry.gr_gid
  }
}
