extension Findings {
  /// Reads one scalar, and refuses what is none or does not fit.
  func scalar<Value>(_ value: SourceValue, as form: ScalarForm<Value>, at path: ConfigurationPath) -> Value? {
    guard case .scalar(let scalar) = value.content, !scalar.isNull else {
      refuse(path, at: value.position, found: value.summary, expected: form.expectation)
      return nil
    }
    do throws(Refusal) {
      return try form.read(scalar)
    } catch {
      let found = value.summary + (error.remark ?? "")
      refuse(path, at: value.position, found: found, expected: error.expectation ?? form.expectation)
      return nil
    }
  }
}
