/// How much each worker keeps of datagrams that come in fragments.
public struct FragmentSettings: Equatable, Sendable {
  /// Datagrams that are followed at a time.
  public var datagrams: Int
  /// Fragments that wait for the first of their datagram.
  public var held: Int
  /// How many of either one client may have.
  public var perClient: Int
  /// From the first that comes of a datagram until the rest of it is dropped; in milliseconds, a multiple of 100.
  public var timeout: UInt64
}
