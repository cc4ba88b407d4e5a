/// Where the tracker keeps a datagram or a fragment that waits; good until that one is let go.
struct FragmentPlace {
  let rawValue: UInt32

  @_noLocks
  init(_ rawValue: UInt32) { self.rawValue = rawValue }

  static var none: Self { @_noLocks get { Self(.max) } }
  var isNone: Bool { @_noLocks get { rawValue == .max } }
}
