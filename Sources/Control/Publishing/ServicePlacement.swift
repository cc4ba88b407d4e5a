import Configuration
import Net
import Tables

/// Where a service is in the tables. Immutable, for any thread; shared by the generations in which nothing of it
/// changes, hence a class.
public final class ServicePlacement: Sendable {
  /// As configured; of a removed service, as it was last.
  public let settings: ServiceSettings
  /// What the tables are made of.
  public let layout: ServiceLayout
  /// Labels of the layout's backends, of those that have left as well.
  let names: [String]
  /// Which backends take sessions, and why.
  let pool: PoolPlan
  /// What health made of its backends.
  let conditions: [BackendIdentity: BackendCondition]

  init(
    settings: ServiceSettings, layout: ServiceLayout, names: [String], pool: PoolPlan,
    conditions: [BackendIdentity: BackendCondition]
  ) {
    self.settings = settings
    self.layout = layout
    self.names = names
    self.pool = pool
    self.conditions = conditions
  }

  /// What it is, whatever it is called.
  public var identity: ServiceIdentity { settings.identity }
  /// A label.
  public var name: String { settings.name }
  /// By which sessions know it.
  public var index: ServiceIndex { layout.index }
  /// Whether it is no longer configured, and only keeps the sessions it has.
  public var isRemoved: Bool { layout.isRemoved }

  /// Those that are configured, in the order of the configuration.
  public var backends: [BackendPlacement] { layout.isRemoved ? [] : placements(0..<settings.backends.count) }

  /// Those that were removed or killed and may still have sessions.
  public var leavingBackends: [BackendPlacement] {
    placements(leaving)
  }

  /// Positions, among the layout's backends, of those that have left.
  var leaving: Range<Int> { (isRemoved ? 0 : settings.backends.count)..<layout.backends.count }
  var hasLeaving: Bool { !leaving.isEmpty }

  /// The backend that an entry of a session table names.
  public func backend(_ index: BackendIndex) -> BackendPlacement? {
    layout.backends.firstIndex { $0.index == index }.map { BackendPlacement(layout.backends[$0], names[$0], layout) }
  }

  /// Share of the clients without a session, 0 to 1, that another placement of the service would give to
  /// another backend.
  public func shareMoved(to other: ServicePlacement) -> Double { layout.shareMoved(to: other.layout) }

  private func placements(_ range: Range<Int>) -> [BackendPlacement] {
    range.map { BackendPlacement(layout.backends[$0], names[$0], layout) }
  }
}
