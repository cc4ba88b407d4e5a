import Net

extension ConfigurationDecoder {
  /// The section `dpdk`.
  func dpdk(_ fields: Fields) -> DPDKSettings? {
    let main = fields.value(DPDKKeys.mainLcore)
    let workers = fields.values(DPDKKeys.workerLcores)
    let hugePages = fields.value(DPDKKeys.hugePages)
    let memory = fields.value(DPDKKeys.memory)
    let capture = fields.value(DPDKKeys.capture)
    let arguments = fields.values(DPDKKeys.ealArguments)
    checkCount(of: workers, fields)
    if let main { checkIdentities(of: workers, main: main, fields) }
    if capture == true, hugePages == .off {
      refuse(
        fields, DPDKKeys.capture.name, found: "true with hugepages: off",
        expected: "hugepages: auto or required, because dpdk-dumpcap attaches to shared huge pages")
    }
    guard let main, let hugePages, let memory, let capture else { return nil }
    return DPDKSettings(
      mainLcore: main, workerLcores: workers.map(\.value), hugePages: hugePages, memory: memory, capture: capture,
      ealArguments: arguments.map(\.value))
  }

  /// Refuses what a key of `fields` holds, after a look at other keys.
  func refuse(_ fields: Fields, _ name: String, found: String, expected: String) {
    findings.refuse(fields.path.key(name), at: fields.position(of: name), found: found, expected: expected)
  }

  private func checkCount(of workers: [Located<Lcore>], _ fields: Fields) {
    guard workers.count > WorkerIndex.limit || fields.isEmptyList(DPDKKeys.workerLcores.name) else { return }
    refuse(
      fields, DPDKKeys.workerLcores.name, found: counted(workers.count, "lcore"),
      expected: "from 1 to \(WorkerIndex.limit)")
  }

  private func checkIdentities(of workers: [Located<Lcore>], main: UInt32, _ fields: Fields) {
    var seen: Set<UInt32> = []
    for worker in workers {
      let id = worker.value.id
      if id == main, !fields.has(DPDKKeys.workerLcores.name) {
        refuse(
          fields, DPDKKeys.mainLcore.name, found: "\(main), the default of worker_lcores",
          expected: "an lcore of its own")
      } else if id == main || !seen.insert(id).inserted {
        findings.refuse(
          worker.path, at: worker.position,
          found: "lcore \(id)" + (id == main ? ", which is the main lcore" : " a second time"),
          expected: "an lcore of its own for each worker (LCORE@CPU lets several share a CPU)")
      }
    }
  }
}
