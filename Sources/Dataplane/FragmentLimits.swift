/// How much a worker keeps of datagrams that come in fragments. Its memory is fixed at start by it.
public struct FragmentLimits: Equatable, Sendable {
  /// Datagrams that are followed at a time; above that the oldest gives way.
  public var datagrams: Int
  /// Fragments that wait for the first of their datagram.
  public var held: Int
  /// Of one client: datagrams, and likewise fragments that wait.
  public var perClient: Int
  /// Ticks from a datagram's fragment that comes first until all of it is forgotten.
  public var timeout: UInt32

  /// - Parameters:
  ///   - datagrams: at least 1, at most 2^20.
  ///   - held: at least 1, at most 65535.
  public init(datagrams: Int = 1024, held: Int = 256, perClient: Int = 64, timeout: UInt32 = 20) {
    self.datagrams = datagrams
    self.held = held
    self.perClient = perClient
    self.timeout = timeout
  }
}
