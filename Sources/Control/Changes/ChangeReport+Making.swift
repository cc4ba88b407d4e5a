import Configuration

extension ChangeReport {
  /// What leads from one state to another.
  ///
  /// - Parameters:
  ///   - kills: backends whose sessions end.
  ///   - reading: the sessions that live now.
  init(
    from old: RunningState, to new: RunningState, warnings: [ConfigurationWarning], _ kills: Set<ServedBackend>,
    _ reading: Reading
  ) {
    let difference = ConfigurationDifference(from: old.configuration, to: new.configuration)
    let comparison = StateComparison(old, new, difference, kills, reading)
    self.init(
      generation: old.generation, previousGeneration: old.generation, applied: false,
      services: difference.servicesAdded.map(comparison.added) + difference.servicesRemoved.map(comparison.removed)
        + difference.servicesChanged.map(comparison.changed) + comparison.killedOnly(besides: difference),
      servicesUntouched: difference.servicesUntouched, settings: difference.settingsChanged.map(FieldChange.init),
      needsRestart: difference.needsRestart.map(FieldChange.init),
      backendsRemovedShare: difference.backendsRemovedShare,
      needsForce: difference.backendsRemovedShare > old.configuration.control.maxRemovedShare,
      warnings: warnings.map(\.description))
  }
}

/// Two states of an instance, and the sessions between them.
private struct StateComparison {
  let old: [ServiceIdentity: ServicePlacement]
  let new: [ServiceIdentity: ServicePlacement]
  let kills: Set<ServedBackend>
  let reading: Reading

  /// - Parameter difference: which services are asked for: few of many, mostly.
  init(
    _ old: RunningState, _ new: RunningState, _ difference: ConfigurationDifference, _ kills: Set<ServedBackend>,
    _ reading: Reading
  ) {
    let wanted = Set(
      difference.servicesAdded.map(\.identity) + difference.servicesRemoved.map(\.identity)
        + difference.servicesChanged.map(\.identity) + kills.map(\.service))
    func placements(_ state: RunningState) -> [ServiceIdentity: ServicePlacement] {
      // By position: a placement is large, and ten thousand of them are not to be copied to find one.
      let positions = state.configuration.services.indices.filter {
        wanted.contains(state.configuration.services[$0].identity)
      }
      return Dictionary(positions.map { (state.services[$0].identity, state.services[$0]) }) { first, _ in first }
    }
    self.old = placements(old)
    self.new = placements(new)
    self.kills = kills
    self.reading = reading
  }

  func added(_ service: ServiceSettings) -> ServicePlan {
    var plan = plan(service.identity, service.name, .added)
    plan.backendsAdded = service.backends.map(ServiceSettingsReport.Backend.init)
    return plan
  }

  func removed(_ service: ServiceSettings) -> ServicePlan {
    var plan = plan(service.identity, service.name, .removed)
    plan.backendsRemoved = service.backends.map(ServiceSettingsReport.Backend.init)
    return plan
  }

  func changed(_ change: ServiceChange) -> ServicePlan {
    var plan = plan(change.identity, change.name, .changed)
    plan.fields = change.fields.map(FieldChange.init)
    plan.backendsAdded = change.backendsAdded.map(ServiceSettingsReport.Backend.init)
    plan.backendsRemoved = change.backendsRemoved.map(ServiceSettingsReport.Backend.init)
    plan.backendsChanged = change.backendsChanged.map {
      .init(name: $0.name, address: $0.identity.description, fields: $0.fields.map(FieldChange.init))
    }
    return plan
  }

  /// Services that differ in nothing but the sessions that end.
  func killedOnly(besides difference: ConfigurationDifference) -> [ServicePlan] {
    let mentioned = Set(difference.servicesChanged.map(\.identity) + difference.servicesRemoved.map(\.identity))
    return Set(kills.map(\.service)).subtracting(mentioned).compactMap { identity in
      old[identity].map { plan(identity, $0.name, .changed) }
    }
  }

  /// What moves.
  private func plan(_ identity: ServiceIdentity, _ name: String, _ change: ServicePlan.Change) -> ServicePlan {
    let (before, after) = (old[identity], new[identity])
    var plan = ServicePlan(
      name: name, identity: identity.description, change: change, fields: [], backendsAdded: [], backendsRemoved: [],
      backendsChanged: [], slots: (after ?? before)?.settings.maglevSlots ?? 0, slotsMovedShare: 1, sessions: 0,
      sessionsMoved: 0, sessionsMovedShare: 0, sessionsDraining: 0)
    if let before, let after { plan.slotsMovedShare = BackendReport.rounded(before.shareMoved(to: after)) }
    guard let before else { return plan }
    let active = Set((after?.backends ?? []).filter { $0.state == .active }.map(\.identity))
    for backend in before.backends + before.leavingBackends {
      let sessions = reading.backend(backend.slot).sessionsActive
      plan.sessions += sessions
      if kills.contains(ServedBackend(service: identity, backend: backend.identity)) {
        plan.sessionsMoved += sessions
      } else if !active.contains(backend.identity) {
        plan.sessionsDraining += sessions
      }
    }
    if plan.sessions > 0 {
      plan.sessionsMovedShare = BackendReport.rounded(Double(plan.sessionsMoved) / Double(plan.sessions))
    }
    return plan
  }
}
