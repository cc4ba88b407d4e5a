import EAL
import Net
import Packet
import Tables

/// What the path knows of one frame of the burst; its stages fill it from top to bottom.
struct Frame {
  // Receive.
  var mbuf: Mbuf
  var arrival: PortIndex
  // Parse.
  var length: UInt32
  var parsed: ParsedFrame
  // Classify.
  /// The service that is asked for, or the backend that answers (and through which services).
  var role: EndpointRole
  var match: SessionMatch
  var buckets: BucketPair
  // Session.
  /// Where its entry is; with a miss, the place of an entry of the same flow that no longer counts.
  var place: SessionPlace
}
