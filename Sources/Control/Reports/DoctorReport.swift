/// `GET /v1/doctor`: what is wrong with the servers of `dsr` services, as far as can be seen from here.
public struct DoctorReport: Report {
  /// One server of one service.
  public struct Examination: Codable, Equatable, Sendable {
    /// What came of it.
    public enum Verdict: String, Codable, Sendable {
      case good, bad
      /// It could not be seen.
      case unknown
    }

    /// The name of its service.
    public var service: String
    /// Its label.
    public var backend: String
    /// The service's address.
    public var vip: String
    /// Where frames are sent; absent while the server's address is not found by ARP.
    public var mac: String?
    /// Whether it answers an echo to its own address; absent where that is not known, or nothing was borrowed to ask from.
    public var answersItself: Bool?
    /// Whether it answers an echo to the VIP; absent where nothing was borrowed to ask from.
    public var acceptsVip: Bool?
    /// Whether it answers ARP for the VIP, which it must not; absent where it could not be asked.
    public var answersArp: Bool?
    /// What came of it.
    public var verdict: Verdict
    /// What it means, and what to do.
    public var advice: String
  }

  /// Whether nothing is bad.
  public var healthy: Bool
  /// The address that was borrowed to ask from; absent: none.
  public var from: String?
  /// In the order of the configuration.
  public var servers: [Examination]

  init(_ servers: [Examination], from: String?) {
    self.servers = servers
    self.from = from
    healthy = !servers.contains { $0.verdict == .bad }
  }
}
