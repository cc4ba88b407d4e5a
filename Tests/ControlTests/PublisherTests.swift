import Configuration
@testable import Control
import Net
import Tables
import Testing

@Suite struct PublisherTests {
  private func set(_ bench: Bench, generation: UInt64) -> (TableSet, Configuration) {
    let configuration = bench.instance.publisher.state.configuration
    return (TableAssembly(hashSeed: 1).tables(for: configuration, generation: generation), configuration)
  }

  @Test func `the first tables are published at once`() throws {
    let bench = try Bench()
    #expect(bench.instance.publisher.published.current().pointee.generation == 7)
    #expect(bench.instance.publisher.state.generation == 7)
    #expect(bench.grace.begun == 0)
  }

  @Test func `40: a publication exchanges the pointer, waits, and frees the old tables`() throws {
    let bench = try Bench()
    weak var old: TableSet?
    do {
      let (second, configuration) = set(bench, generation: 8)
      old = second
      try bench.instance.publisher.publish(second, of: configuration)
    }
    #expect(old != nil, "what is in force is kept alive")
    let (third, configuration) = set(bench, generation: 9)
    try bench.instance.publisher.publish(third, of: configuration)
    #expect(old == nil)
    #expect(bench.instance.publisher.published.current().pointee.generation == 9)
    #expect(bench.instance.publisher.state.generation == 9)
    #expect(bench.grace.begun == 2)
    #expect(bench.instance.publisher.silentGenerations == 0)
  }

  @Test func `tables that a silent worker may hold are kept, shown as a fault, and freed later`() throws {
    let bench = try Bench()
    bench.grace.setPassed(0)
    weak var old: TableSet?
    do {
      let (second, configuration) = set(bench, generation: 8)
      old = second
      #expect(throws: PublishError.workerSilent(seconds: 0.05)) {
        try bench.instance.publisher.publish(second, of: configuration)
      }
    }
    #expect(bench.instance.publisher.state.generation == 8, "the new tables are in force")
    let (third, configuration) = set(bench, generation: 9)
    #expect(throws: PublishError.workerSilent(seconds: 0.05)) {
      try bench.instance.publisher.publish(third, of: configuration)
    }
    #expect(old != nil)
    #expect(StatusReport(bench.reading).faults.map(\.code) == [.workerSilent])
    bench.grace.setPassed(.max)
    let (fourth, settings) = set(bench, generation: 10)
    try bench.instance.publisher.publish(fourth, of: settings)
    #expect(old == nil)
    #expect(StatusReport(bench.reading).faults.isEmpty)
  }

  @Test func `more backends than the counters have room for are refused and change nothing`() throws {
    let bench = try Bench()
    var configuration = bench.instance.publisher.state.configuration
    configuration.services += configuration.services.prefix(2).flatMap { [$0, $0] }
    let tables = TableAssembly(hashSeed: 1).tables(for: configuration, generation: 8)
    #expect(throws: PublishError.tooManyBackends(wanted: 12, room: 8)) {
      try bench.instance.publisher.publish(tables, of: configuration)
    }
    #expect(bench.instance.publisher.state.generation == 7)
    #expect(bench.grace.begun == 0)
  }

  @Test func `closing frees the grace periods once`() throws {
    let bench = try Bench()
    bench.instance.publisher.close()
    #expect(bench.grace.isDestroyed)
    bench.instance.publisher.close()
  }
}
