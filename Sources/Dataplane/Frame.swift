import EAL
import Net
import Packet
import Tables

/// What the path knows of one frame of the burst; its stages fill it from top to bottom. 64 bytes: a cache line.
@safe
struct Frame {
  // Receive.
  var mbuf: Mbuf
  /// The frame's first byte.
  var data: UnsafeMutableRawPointer
  // Parse.
  var parsed: ParsedFrame
  var length: UInt32
  // Classify.
  /// Of the service that is asked for, or of the backend that answers.
  var claim: EndpointClaim
  var buckets: BucketPair
  // Session.
  /// Where its entry is; with a miss, the place of an entry of the same flow that no longer counts.
  var place: SessionPlace
}
