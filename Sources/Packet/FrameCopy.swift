/// Whole frames, byte for byte.
public enum FrameCopy {
  /// Copies the first `length` bytes of a frame to where another begins.
  @_noLocks
  public static func copy(_ frame: UnsafeRawPointer, length: Int, to place: UnsafeMutableRawPointer) {
    unsafe place.copyMemory(from: frame, byteCount: length)
  }
}
