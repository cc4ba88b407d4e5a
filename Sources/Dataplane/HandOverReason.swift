/// Why a frame travels to another worker; the first octet of its mark.
struct HandOverReason: Equatable {
  let rawValue: UInt8

  /// The other worker owns the flow: process it as if it had arrived there.
  static var flow: Self { @_noLocks get { Self(rawValue: 1) } }
  /// The other worker has the transmit queue: send it.
  static var transmit: Self { @_noLocks get { Self(rawValue: 2) } }
  /// A fragment, of whose flow the other worker is the owner; the mark says its ports.
  static var fragment: Self { @_noLocks get { Self(rawValue: 3) } }
  /// The other worker owns the client's address, and remembers which server the client has.
  static var choose: Self { @_noLocks get { Self(rawValue: 4) } }
  /// The other worker owns the flow; the mark says which server its client has.
  static var chosen: Self { @_noLocks get { Self(rawValue: 5) } }
}
