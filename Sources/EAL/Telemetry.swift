import CDPDKShim
import Glibc
import Synchronization

/// Answers to `dpdk-telemetry.py`, in DPDK's own telemetry (`rte_telemetry`).
///
/// DPDK's callbacks carry no context and cannot be withdrawn, so there is one provider of answers in the
/// process. DPDK calls it on a thread of its own.
public enum Telemetry {
  /// One command that clients may send.
  public struct Command: Sendable {
    /// Begins with a slash; letters, digits, `_` and `/`; below 56 characters.
    public var name: String
    /// One line for `/help`.
    public var help: String

    public init(_ name: String, help: String) {
      self.name = name
      self.help = help
    }
  }

  /// One value of an answer.
  public enum Value: Equatable, Sendable {
    case number(UInt64)
    /// At most 127 bytes go over.
    case text(String)
    /// At most `arrayLimit`.
    case numbers([UInt64])
  }

  /// What a command answers.
  public enum Answer: Equatable, Sendable {
    /// At most `fieldLimit`; names of letters, digits, `_` and `/`.
    case fields([Field])
    /// At most `arrayLimit`.
    case names([String])
    /// The command is not understood: the client gets null.
    case nothing
  }

  /// A named value.
  public struct Field: Equatable, Sendable {
    public var name: String
    public var value: Value

    public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// Makes the answer to a command and what follows its comma. Must not wait.
  public typealias Provider = @Sendable (_ command: String, _ parameters: String) -> Answer

  /// The most fields of an answer.
  public static let fieldLimit = Int(RTE_TEL_MAX_DICT_ENTRIES)
  /// The most elements of an array.
  public static let arrayLimit = Int(RTE_TEL_MAX_ARRAY_ENTRIES)

  private static let provider = Mutex<Provider?>(nil)

  /// Registers commands and who answers them. EAL must be up; once a process for each command.
  ///
  /// - Throws: `EALError` naming the command that DPDK refuses.
  public static func register(_ commands: [Command], provider: @escaping Provider) throws(EALError) {
    Self.provider.withLock { $0 = provider }
    for command in commands {
      let result = unsafe rte_telemetry_register_cmd(command.name, answerTelemetry, command.help)
      guard result == 0 else {
        throw .refused("DPDK telemetry refuses the command \(command.name): \(systemMessage(result))")
      }
    }
  }

  /// Ends the answers: when this returns, the provider is not running and will not run again.
  public static func withdraw() { provider.withLock { $0 = nil } }

  /// The answer of the provider, which cannot be withdrawn meanwhile.
  fileprivate static func answer(_ command: String, _ parameters: String) -> Answer {
    provider.withLock { provider in provider.map { $0(command, parameters) } ?? .nothing }
  }

  fileprivate static func write(_ answer: Answer, to data: OpaquePointer) -> CInt {
    switch answer {
    case .nothing: return -ENOENT
    case .names(let names):
      unsafe rte_tel_data_start_array(data, RTE_TEL_STRING_VAL)
      for name in names.prefix(arrayLimit) { unsafe rte_tel_data_add_array_string(data, name) }
    case .fields(let fields):
      unsafe rte_tel_data_start_dict(data)
      for field in fields.prefix(fieldLimit) { unsafe write(field, to: data) }
    }
    return 0
  }

  private static func write(_ field: Field, to data: OpaquePointer) {
    switch field.value {
    case .number(let number): unsafe rte_tel_data_add_dict_u64(data, field.name, number)
    case .text(let text): unsafe rte_tel_data_add_dict_string(data, field.name, text)
    case .numbers(let numbers):
      guard let array = unsafe rte_tel_data_alloc() else { return }
      unsafe rte_tel_data_start_array(array, RTE_TEL_U64_VAL)
      for number in numbers.prefix(arrayLimit) { unsafe rte_tel_data_add_array_u64(array, number) }
      // DPDK frees the array after the answer; a field that it refuses stays ours.
      if unsafe rte_tel_data_add_dict_container(data, field.name, array, 0) != 0 { unsafe rte_tel_data_free(array) }
    }
  }
}

/// What DPDK calls; `data` is where the answer goes.
private func answerTelemetry(
  command: UnsafePointer<CChar>?, parameters: UnsafePointer<CChar>?, data: OpaquePointer?
) -> CInt {
  guard let command = unsafe command, let data = unsafe data else { return -EINVAL }
  let answer = unsafe Telemetry.answer(
    String(cString: command), parameters.map { unsafe String(cString: $0) } ?? "")
  return unsafe Telemetry.write(answer, to: data)
}
