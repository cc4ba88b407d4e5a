import Glibc
import Net
import Packet

/// What libFuzzer calls with each input: the first octet says how much of the frame lies in the first segment and
/// how much room there is behind it, the rest is the frame. Parses it, and does with it what the path would.
///
/// Every buffer has exactly the size that the code is told, so that AddressSanitizer sees the first octet too far.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFrame(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  guard size > 0 else { return 0 }
  let frame = UnsafeBufferPointer(start: data + 1, count: size - 1)
  // Sixteen steps of cutting the first segment, sixteen of room behind it.
  let contiguous = frame.count - frame.count * Int(data[0] & 15) / 16
  let room = Int(data[0] >> 4) * 8
  check(frame, contiguous: contiguous, room: room)
  return 0
}

private let client = IPv4Address(192, 0, 2, 1)
private let address = ChecksumDelta(from: IPv4Address(198, 51, 100, 1), to: client)
private let endpoint = address + ChecksumDelta(from: 80, to: 8080)

private func check(_ frame: UnsafeBufferPointer<UInt8>, contiguous: Int, room: Int) {
  let buffer = UnsafeMutableRawPointer.allocate(byteCount: contiguous, alignment: 1)
  defer { buffer.deallocate() }
  if let base = frame.baseAddress { buffer.copyMemory(from: base, byteCount: contiguous) }
  var parsed = ParsedFrame()
  let outcome = parse(buffer, contiguous: contiguous, length: UInt32(frame.count), into: &parsed)
  switch outcome {
  case .ports, .echoRequest, .echoReply: break
  case .other(.icmpError): return tell(frame, buffer, parsed, contiguous)
  case .other, .malformed: return
  }
  if outcome == .echoRequest { reply(frame, parsed, contiguous) }
  Rewrite.destination(of: buffer, parsed, to: client, port: 8080, addressDelta: address, endpointDelta: endpoint)
  Rewrite.source(
    of: buffer, parsed, to: client, port: 80, addressDelta: address.inverse, endpointDelta: endpoint.inverse)
  onlyHeadersChanged(frame, buffer, parsed, contiguous)
  refuse(frame, parsed, contiguous: contiguous, capacity: contiguous + room)
}

/// As the path does where tagged frames are balanced.
private func parse(
  _ frame: UnsafeMutableRawPointer, contiguous: Int, length: UInt32, into parsed: inout ParsedFrame
) -> ParseOutcome {
  let outcome = FrameParser.parse(frame, contiguous: contiguous, length: length, into: &parsed)
  guard outcome == .other(.tagged) else { return outcome }
  let behind = FrameParser.parseTagged(frame, contiguous: contiguous, length: length, into: &parsed)
  precondition(behind != .other(.tagged), "tags behind tags are no reason")
  return behind
}

/// An ICMP error is translated within its headers and those that it quotes.
private func tell(
  _ frame: UnsafeBufferPointer<UInt8>, _ buffer: UnsafeMutableRawPointer, _ parsed: ParsedFrame, _ contiguous: Int
) {
  guard case .packet(let quoted) = QuoteParser.parse(buffer, parsed, contiguous: contiguous) else { return }
  Rewrite.errorDestination(
    of: buffer, parsed, quoting: quoted, to: client, port: 8080, addressDelta: address, endpointDelta: endpoint)
  Rewrite.errorSource(
    of: buffer, parsed, quoting: quoted, to: client, port: 80, addressDelta: address.inverse,
    endpointDelta: endpoint.inverse)
  let (network, inner) = (Int(parsed.networkOffset), Int(quoted.networkOffset))
  let transport = Int(quoted.transportOffset)
  let checksum = transport + (quoted.transport == .tcp ? 16 : 6)
  for index in 0..<contiguous where frame[index] != buffer.load(fromByteOffset: index, as: UInt8.self) {
    let isAddress = [network, inner].contains { ($0 + 10..<$0 + 20).contains(index) }
    let isPort = (transport..<transport + 4).contains(index) || (checksum..<checksum + 2).contains(index)
    let isSum = (Int(parsed.transportOffset) + 2..<Int(parsed.transportOffset) + 4).contains(index)
    precondition(isAddress || isSum || isPort && quoted.transport != .icmp, "octet \(index) has changed")
  }
}

/// A ping that is answered in place is a pong of the same identifier.
private func reply(_ frame: UnsafeBufferPointer<UInt8>, _ parsed: ParsedFrame, _ contiguous: Int) {
  let buffer = UnsafeMutableRawPointer.allocate(byteCount: contiguous, alignment: 1)
  defer { buffer.deallocate() }
  if let base = frame.baseAddress { buffer.copyMemory(from: base, byteCount: contiguous) }
  guard EchoReply.answer(buffer, parsed) else { return }
  var answer = ParsedFrame()
  let outcome = parse(buffer, contiguous: contiguous, length: UInt32(frame.count), into: &answer)
  precondition(outcome == .echoReply && answer.destinationEndpoint == parsed.sourceEndpoint, "it goes back")
}

/// Addresses, ports and checksums may differ, and nothing else.
private func onlyHeadersChanged(
  _ frame: UnsafeBufferPointer<UInt8>, _ buffer: UnsafeMutableRawPointer, _ parsed: ParsedFrame, _ contiguous: Int
) {
  let network = Int(parsed.networkOffset)
  let transport = Int(parsed.transportOffset)
  let checksum = transport + (parsed.transport == .tcp ? 16 : 6)
  for index in 0..<contiguous where frame[index] != buffer.load(fromByteOffset: index, as: UInt8.self) {
    let isAddress = (network + 10..<network + 12).contains(index) || (network + 12..<network + 20).contains(index)
    let isPort = (transport..<transport + 4).contains(index) || (checksum..<checksum + 2).contains(index)
    precondition(isAddress || isPort && parsed.transport != .icmp, "octet \(index) has changed")
  }
}

/// An answer fits its buffer and is a frame that the parser takes.
private func refuse(_ frame: UnsafeBufferPointer<UInt8>, _ parsed: ParsedFrame, contiguous: Int, capacity: Int) {
  let buffer = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 1)
  defer { buffer.deallocate() }
  if let base = frame.baseAddress { buffer.copyMemory(from: base, byteCount: contiguous) }
  let length = Rejection.answer(buffer, parsed, contiguous: contiguous, capacity: capacity)
  precondition(length <= capacity, "an answer of \(length) octets in a buffer of \(capacity)")
  guard length > 0 else { return }
  var answer = ParsedFrame()
  let outcome = parse(buffer, contiguous: length, length: UInt32(length), into: &answer)
  precondition(outcome == .ports || outcome == .other(.icmpError), "\(outcome) is no answer")
  if outcome == .ports {
    precondition(answer.source == parsed.destination && answer.destinationPort == parsed.sourcePort, "it goes back")
    precondition(answer.event.isReset && answer.event.isAck != parsed.event.isAck, "RFC 9293, section 3.10.7.1")
  }
}
