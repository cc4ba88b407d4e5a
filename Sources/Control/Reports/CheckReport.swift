import Configuration

/// The keys of a check that are written, under the names and in the spelling they have in the configuration.
public struct CheckReport: Codable, Equatable, Sendable {
  public var type: String?
  public var address: String?
  public var port: UInt16?
  public var interval: String?
  public var fastInterval: String?
  public var timeout: String?
  public var rise: Int?
  public var fall: Int?
  public var jitter: Double?
  public var method: String?
  public var path: String?
  public var host: String?
  public var status: String?
  public var body: String?
  public var send: String?
  public var expect: String?
  public var query: String?

  init(_ check: CheckOverrides) {
    type = check.kind?.rawValue
    address = check.address?.description
    port = check.port
    interval = check.interval.map(ConfigurationText.spelling(milliseconds:))
    fastInterval = check.fastInterval.map(ConfigurationText.spelling(milliseconds:))
    timeout = check.timeout.map(ConfigurationText.spelling(milliseconds:))
    rise = check.rise
    fall = check.fall
    jitter = check.jitter
    method = check.method?.rawValue
    path = check.path
    host = check.host
    status = check.status?.description
    body = check.body
    send = check.send
    expect = check.expect
    query = check.query
  }
}
