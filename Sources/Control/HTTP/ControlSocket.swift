import Glibc
import Synchronization

/// The Unix socket of an instance, from the moment it is claimed until it is released.
///
/// Claiming it is the first thing an instance does, and what keeps a second one from starting: whoever
/// connects before the server runs waits in the socket's queue.
public final class ControlSocket: Sendable {
  private struct State {
    var descriptor: CInt?
    var isReleased = false
  }

  private struct Identity: Equatable {
    var device: dev_t
    var inode: ino_t
  }

  /// Where it is.
  public let path: String
  private let identity: Identity
  private let state: Mutex<State>

  /// Claims a path: makes its directory if it is missing, removes a socket that nobody answers on (left by a
  /// killed process), binds, gives the file its mode and group, and listens.
  ///
  /// - Parameters:
  ///   - mode: permissions of the file.
  ///   - group: name or number of the file's group; nil: the process's.
  /// - Throws: `ControlError`, also when another instance answers there, or nobody knows the group.
  public init(claiming path: String, mode: UInt16 = 0o600, group: String? = nil) throws(ControlError) {
    guard let address = UnixAddress(path) else { throw .pathTooLong(path: path) }
    let access = try SocketAccess(mode: mode, group: group)
    self.path = path
    try Self.makeDirectory(of: path)
    // Two instances that start together must not both find a stale socket and remove each other's.
    let lock = Self.lockDirectory(of: path)
    defer { if lock >= 0 { close(lock) } }
    try Self.clear(path, address)
    let descriptor = try Self.listen(path, address, access)
    guard let identity = Self.identity(of: path) else {
      close(descriptor)
      throw .system(doing: "use the socket \(path)", reason: "somebody removed it")
    }
    self.identity = identity
    state = Mutex(State(descriptor: descriptor))
  }

  deinit { release() }

  /// The listening socket, which whoever takes it closes; nil the second time.
  func takeDescriptor() -> CInt? {
    state.withLock { state in
      defer { state.descriptor = nil }
      return state.descriptor
    }
  }

  /// Removes the socket's file, unless the path is meanwhile another's.
  public func release() {
    state.withLock { state in
      guard !state.isReleased else { return }
      state.isReleased = true
      if Self.identity(of: path) == identity { unlink(path) }
      if let descriptor = state.descriptor { close(descriptor) }
      state.descriptor = nil
    }
  }

  private static func identity(of path: String) -> Identity? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return Identity(device: status.st_dev, inode: status.st_ino)
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Makes the directory and those above it, each open to be entered by all.
  private static func makeDirectory(of path: String) throws(ControlError) {
    let directory = directory(of: path)
    var made = directory.hasPrefix("/") ? "/" : ""
    for part in directory.split(separator: "/") {
      made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
      guard mkdir(made, 0o755) != 0 else { continue }
      let error = Errno(code: errno)
      var status = stat()
      // Not only "exists" is said of a directory that is there: also "read-only" and "no permission".
      if stat(made, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
      throw .system(doing: "make the directory \(made) for the control socket", reason: error.reason)
    }
  }

  /// Locks the directory for as long as the descriptor is open, and leaves nothing behind. Claims take
  /// milliseconds; a lock that somebody keeps is not waited for longer than two seconds.
  private static func lockDirectory(of path: String) -> CInt {
    let descriptor = open(directory(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return -1 }
    for _ in 0..<200 where flock(descriptor, LOCK_EX | LOCK_NB) != 0 { usleep(10_000) }
    return descriptor
  }

  /// Makes sure that nobody answers at the path and nothing is there.
  private static func clear(_ path: String, _ address: UnixAddress) throws(ControlError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
    guard case .success(let probe) = UnixAddress.makeSocket() else { return }
    defer { close(probe) }
    // A full queue must not make us wait: somebody is there.
    _ = fcntl(probe, F_SETFL, O_NONBLOCK)
    guard let refusal = address.connect(probe) else { throw .anotherInstance(path: path, pid: peer(of: probe)) }
    switch refusal.code {
    case ECONNREFUSED, ENOENT:
      guard unlink(path) == 0 || errno == ENOENT else {
        throw .system(doing: "remove the left-over socket \(path)", reason: Errno(code: errno).reason)
      }
    case EAGAIN: throw .anotherInstance(path: path, pid: nil)
    default: throw .system(doing: "use the socket \(path)", reason: refusal.reason)
    }
  }

  /// The process at the other end.
  private static func peer(of descriptor: CInt) -> Int32? {
    // The C library's `struct ucred`, process, user and group, which Swift does not import.
    var credentials: (process: pid_t, user: uid_t, group: gid_t) = (0, 0, 0)
    var size = socklen_t(MemoryLayout.size(ofValue: credentials))
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 else { return nil }
    return credentials.process > 0 ? credentials.process : nil
  }

  private static func listen(
    _ path: String, _ address: UnixAddress, _ access: SocketAccess
  ) throws(ControlError) -> CInt {
    let doing = "listen on the socket \(path)"
    let descriptor: CInt
    switch UnixAddress.makeSocket() {
    case .success(let made): descriptor = made
    case .failure(let error): throw .system(doing: doing, reason: error.reason)
    }
    // The file gets the socket's mode as it is bound: there is no moment at which more than its owner may open it.
    let modeIsSet = fchmod(descriptor, 0o600) == 0
    if let error = modeIsSet ? address.bind(descriptor) : Errno(code: errno) {
      close(descriptor)
      throw .system(doing: doing, reason: error.reason)
    }
    guard access.apply(to: path), Glibc.listen(descriptor, 128) == 0 else {
      let error = Errno(code: errno)
      unlink(path)
      close(descriptor)
      throw .system(doing: doing, reason: error.reason)
    }
    return descriptor
  }
}
