extension ScalarForm<String> {
  /// An argument for EAL that does not contradict what Sluice itself tells it.
  static var ealArgument: ScalarForm {
    ScalarForm(
      .text(pattern: "^\\S+$"), "an argument for EAL, without spaces",
      refusing: { scalar throws(Refusal) in
        guard !scalar.text.isEmpty, !scalar.text.hasBlank else { throw Refusal() }
        if let option = ReservedEALOption.set(by: scalar.text) {
          throw Refusal(
            remark: ", which Sluice sets itself",
            expectation: "other arguments: \(option.name) \(option.reason)")
        }
        return scalar.text
      })
  }
}
