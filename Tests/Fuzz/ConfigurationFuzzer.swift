import Configuration

/// What libFuzzer calls with each input: the first octet says who reads the rest, as one of a request's bodies or as a
/// whole file. What is accepted must be a configuration that its own text gives again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfiguration(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  guard size > 0 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
  do throws(EditRefusal) {
    guard let edit = try edit(data[0], bytes) else { return readFile(bytes) }
    survives(try running.applying(edit).configuration)
  } catch {
    precondition(!error.message.isEmpty && error.message.utf8.allSatisfy { $0 >= 0x20 }, "not one line")
  }
  return 0
}

private let running: Configuration = {
  let file = """
    ports: { frontend: { device: net_tap0 }, backend: { device: net_tap1 } }
    services: [ { name: a, vip: 10.0.0.1, protocol: tcp, port: 80, backends: [ { address: "10.0.1.1:80", name: b } ] } ]
    """
  guard let read = try? ConfigurationReader.read(text: file, file: "f") else { fatalError("the fuzzer's own file") }
  return read.configuration
}()

/// What a body asks for; nil: it is a file.
private func edit(_ reader: UInt8, _ bytes: [UInt8]) throws(EditRefusal) -> ConfigurationEdit? {
  let service = running.services[0]
  switch reader % 8 {
  case 0: return .addService(try BodyReader.service(bytes, named: nil))
  case 1: return .putService(try BodyReader.service(bytes, named: service.name))
  case 2: return .replaceBackends(service: service.name, try BodyReader.backends(bytes, of: service))
  case 3: return .addBackend(service: service.name, try BodyReader.backend(bytes, of: service, addressed: nil))
  case 4: return .putBackend(service: service.name, try BodyReader.backend(bytes, of: service, addressed: "b"))
  case 5: return .changeBackend(service: service.name, backend: "b", try BodyReader.patch(bytes))
  default: return nil
  }
}

private func readFile(_ bytes: [UInt8]) -> Int32 {
  do throws(ConfigurationErrors) {
    survives(try ConfigurationReader.read(bytes: bytes, file: "f").configuration)
  } catch {
    precondition(!error.errors.isEmpty && !error.description.isEmpty, "refused without a reason")
  }
  return 0
}

/// What is written of a configuration reads as the same.
private func survives(_ configuration: Configuration) {
  for text in [ConfigurationText.yaml(configuration), ConfigurationText.json(configuration)] {
    do throws(ConfigurationErrors) {
      let copy = try ConfigurationReader.read(text: text, file: "copy").configuration
      precondition(copy == configuration, "another configuration: \(text)")
    } catch {
      fatalError("\(error): \(text)")
    }
  }
  precondition(ConfigurationDifference(from: configuration, to: configuration).isEmpty, "differs from itself")
}
