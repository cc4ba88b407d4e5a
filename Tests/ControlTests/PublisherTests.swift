import Configuration
import Net
import Tables
import Testing

@testable import Control

@Suite struct PublisherTests {
  /// The running configuration, with one weight changed, so that one service's layout is new.
  private func changed(_ bench: Bench, weight: UInt32) -> Configuration {
    var configuration = bench.instance.publisher.state.configuration
    configuration.services[0].backends[0].weight = weight
    return configuration
  }

  @Test func `the first tables are published at once`() throws {
    let bench = try Bench()
    #expect(bench.instance.publisher.published.current().pointee.generation == 7)
    #expect(bench.instance.publisher.state.generation == 7)
    #expect(bench.grace.begun == 0)
  }

  @Test func `40: a publication exchanges the pointer, waits, and frees the old tables`() throws {
    let bench = try Bench()
    let publisher = bench.instance.publisher
    weak let first = publisher.state.services[0].layout
    weak var old: ServiceLayout?
    do { old = try publisher.publish(changed(bench, weight: 20)).services[0].layout }
    #expect(first == nil)
    #expect(old != nil, "what is in force is kept alive")
    try publisher.publish(changed(bench, weight: 30))
    #expect(old == nil)
    #expect(publisher.published.current().pointee.generation == 9)
    #expect(publisher.state.generation == 9)
    #expect(bench.grace.begun == 2)
    #expect(publisher.silentGenerations == 0)
  }

  @Test func `tables that a silent worker may hold are kept, shown as a fault, and freed later`() throws {
    let bench = try Bench()
    let publisher = bench.instance.publisher
    bench.grace.setPassed(0)
    weak let old = publisher.state.services[0].layout
    for (weight, generation) in [(UInt32(20), UInt64(8)), (30, 9)] {
      #expect(throws: PublishError.workerSilent(seconds: 0.05)) {
        try publisher.publish(changed(bench, weight: weight))
      }
      #expect(publisher.state.generation == generation, "the new tables are in force")
      #expect(old != nil)
    }
    #expect(StatusReport(bench.reading).faults.map(\.code) == [.workerSilent])
    bench.grace.setPassed(.max)
    try publisher.publish(changed(bench, weight: 40))
    #expect(old == nil)
    #expect(StatusReport(bench.reading).faults.isEmpty)
  }

  @Test func `79: more backends than the counters have room for are refused and change nothing`() throws {
    let bench = try Bench()
    let publisher = bench.instance.publisher
    let before = publisher.published.current()
    var configuration = publisher.state.configuration
    configuration.services[0].backends += (10..<15).map {
      configuration.services[0].backends[0].moved(to: IPv4Address(10, 0, 1, UInt8($0)), port: 80)
    }
    #expect(throws: PublishError.tooManyBackends(room: 8)) { try publisher.publish(configuration) }
    #expect(throws: PublishError.tooManyBackends(room: 8)) { try publisher.preview(configuration) }
    #expect(publisher.state.generation == 7)
    #expect(publisher.state.services[0].backends.count == 3)
    #expect(publisher.published.current() == before)
    #expect(bench.grace.begun == 0)
    // One less fits.
    configuration.services[0].backends.removeLast()
    #expect(try publisher.publish(configuration).services[0].backends.count == 7)
  }

  @Test func `a preview says what a publication gives, and changes nothing`() throws {
    let bench = try Bench()
    let publisher = bench.instance.publisher
    let before = publisher.published.current()
    let configuration = changed(bench, weight: 30)
    let preview = try publisher.preview(configuration)
    #expect(publisher.published.current() == before && publisher.state.generation == 7)
    let published = try publisher.publish(configuration)
    #expect(preview.generation == published.generation)
    #expect(preview.services.map(\.backends) == published.services.map(\.backends))
  }

  @Test func `closing frees the grace periods once`() throws {
    let bench = try Bench()
    bench.instance.publisher.close()
    #expect(bench.grace.isDestroyed)
    bench.instance.publisher.close()
  }
}
