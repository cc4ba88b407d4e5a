import Net
import Tables

/// Which indices are taken while the next generation is being laid out.
///
/// An index stays taken from the generation that gives it out until one that is made after no session names it and no
/// worker holds tables in which it could be given to one (design decision D7).
struct IndexLedger {
  private var services: [Bool]
  private var slots: [Bool]
  private var nextService = 0
  private var nextSlot = 0
  /// Slots given out that no backend had in the generation before.
  private(set) var freshSlots: [BackendSlot] = []

  /// A ledger in which nothing is taken, with room for so many slots.
  init(room: Int) {
    services = [Bool](repeating: false, count: ServiceIndex.limit)
    slots = [Bool](repeating: false, count: room)
  }

  /// Notes what stays taken. Before anything is given out.
  mutating func keep(_ service: ServiceIndex, _ backends: [PlacedBackend]) {
    services[Int(service.rawValue)] = true
    for backend in backends { slots[Int(backend.slot.rawValue)] = true }
  }

  /// Gives an index out.
  mutating func takeService() throws(PublishError) -> ServiceIndex {
    while nextService < services.count, services[nextService] { nextService += 1 }
    guard nextService < services.count else { throw .tooManyServices(limit: services.count) }
    services[nextService] = true
    return ServiceIndex(UInt16(nextService))
  }

  /// Gives a slot of counters out.
  mutating func takeSlot() throws(PublishError) -> BackendSlot {
    while nextSlot < slots.count, slots[nextSlot] { nextSlot += 1 }
    guard nextSlot < slots.count else { throw .tooManyBackends(room: slots.count) }
    slots[nextSlot] = true
    let slot = BackendSlot(UInt32(nextSlot))
    freshSlots.append(slot)
    return slot
  }
}
