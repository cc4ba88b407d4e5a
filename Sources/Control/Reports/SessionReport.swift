/// One session, as it was when its worker was asked.
public struct SessionReport: Codable, Equatable, Sendable {
  /// The client's address.
  public var client: String
  /// Its port; of an echo, the identifier.
  public var clientPort: UInt16
  /// `tcp`, `udp` or `icmp`.
  public var `protocol`: String
  /// The service's name.
  public var service: String
  /// The backend's name.
  public var backend: String
  /// `address:port`, or the address alone for ICMP.
  public var backendAddress: String
  /// `flow`; `direct`: the client talks to the backend itself; `affinity`: no session, but the backend that a client keeps
  /// (`affinity: source_ip`), whatever its ports.
  public var kind: String
  /// Whether the client talks to the backend itself, so that nothing is translated.
  public var direct: Bool
  /// `opening`, `answered`, `established` or `closing`.
  public var phase: String
  /// Time since the last packet.
  public var idleSeconds: Double
  /// Time until it ends if no packet comes.
  public var expiresInSeconds: Double
  /// The worker that has it.
  public var worker: Int
}
