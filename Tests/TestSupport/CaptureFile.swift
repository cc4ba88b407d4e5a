import Glibc

/// Frames in a pcap file (libpcap's format 2.4, microseconds, Ethernet, this machine's byte order).
public enum CaptureFile {
  /// - Returns: whether all of it was written.
  public static func write(_ frames: [[UInt8]], to path: String) -> Bool {
    var bytes: [UInt8] = []
    func add(_ word: UInt32) { withUnsafeBytes(of: word) { bytes += $0 } }
    // Magic, version 2.4, time zone, accuracy, longest frame, Ethernet.
    for word: UInt32 in [0xA1B2_C3D4, 4 << 16 | 2, 0, 0, 65535, 1] { add(word) }
    for (number, frame) in frames.enumerated() {
      for word in [UInt32(number), 0, UInt32(frame.count), UInt32(frame.count)] { add(word) }
      bytes += frame
    }
    guard let file = fopen(path, "w") else { return false }
    defer { fclose(file) }
    return fwrite(bytes, 1, bytes.count, file) == bytes.count
  }

  /// The frames of a file; nil if it is no such file, or a frame was cut.
  public static func read(_ path: String) -> [[UInt8]]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    func word(_ offset: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << ($1 * 8) }
    }
    guard bytes.count >= 24, word(0) == 0xA1B2_C3D4 || word(0) == 0xA1B2_3C4D else { return nil }
    var frames: [[UInt8]] = []
    var offset = 24
    while offset + 16 <= bytes.count {
      let (captured, original) = (word(offset + 8), word(offset + 12))
      guard captured == original, offset + 16 + captured <= bytes.count else { return nil }
      frames.append(Array(bytes[offset + 16..<offset + 16 + captured]))
      offset += 16 + captured
    }
    return offset == bytes.count ? frames : nil
  }

  /// A new directory of its own for a test's files.
  public static func temporaryDirectory() -> String {
    var template = Array("/tmp/sluice-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fatalError("no temporary directory") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes such a directory and its files.
  public static func remove(_ directory: String, _ names: [String]) {
    for name in names { unlink("\(directory)/\(name)") }
    rmdir(directory)
  }
}
