import Foundation

/// The terminal while a live screen has it: keys come at once and unseen, and what was on it before comes back.
///
/// `restore` has to be called before the process ends; `deinit` does it too.
final class Terminal {
  private let input: termios
  private var isRestored = false

  /// Takes the terminal over; nil when input or output is none.
  init?() {
    var settings = termios()
    guard isatty(STDOUT_FILENO) == 1, tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
    input = settings
    // No echo, no lines, and Ctrl-C as a key like any other: a signal would end the process with the terminal as it is.
    settings.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
    guard tcsetattr(STDIN_FILENO, TCSANOW, &settings) == 0 else { return nil }
    // The alternate screen, without a cursor.
    Self.write("\u{1B}[?1049h\u{1B}[?25l")
  }

  deinit { restore() }

  /// Gives the terminal back as it was.
  func restore() {
    guard !isRestored else { return }
    isRestored = true
    Self.write("\u{1B}[?25h\u{1B}[?1049l")
    var settings = input
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
  }

  /// What it has room for; 24 by 80 when it does not say.
  var size: (rows: Int, columns: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else { return (24, 80) }
    return (Int(size.ws_row), Int(size.ws_col))
  }

  /// Shows these lines and nothing else, without flicker: each is written over, and the rest of it cleared.
  func show(_ lines: [String]) {
    Self.write("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J")
  }

  /// What input brought within the time.
  enum Input: Equatable { case key(UInt8), nothing, closed }

  /// Waits for a key.
  func read(milliseconds: Int32) -> Input {
    var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, milliseconds) > 0 else { return .nothing }
    var key: UInt8 = 0
    return Foundation.read(STDIN_FILENO, &key, 1) == 1 ? .key(key) : .closed
  }

  private static func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
