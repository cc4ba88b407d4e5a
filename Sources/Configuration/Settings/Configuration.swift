/// One checked configuration: every value is in range and every reference resolves.
///
/// Built by `ConfigurationReader`, and from there on by edits (`applying(_:)`). The defaults stand beside the keys
/// (`Keys/`), and docs/configuration.md lists them.
public struct Configuration: Equatable, Sendable {
  /// How DPDK is brought up.
  public var dpdk: DPDKSettings
  /// In file order.
  public var ports: [PortSettings]
  /// What happens to a frame that no service claims.
  public var unmatched: Unmatched
  /// Where the instance is observed and steered.
  public var control: ControlSettings
  /// Key of the selection hash; nil: a random one per process.
  public var hashSeed: UInt64?
  /// What a worker without work does.
  public var idle: IdleMode
  /// The size of the session tables, and when a session ends.
  public var sessions: SessionSettings
  /// What is kept of datagrams in fragments.
  public var fragments: FragmentSettings
  /// Networks of clients that servers see as others; no two have an address in common.
  public var sourceRewrites: [SourceRewriteSettings]
  /// In file order.
  public var services: [ServiceSettings]
}
