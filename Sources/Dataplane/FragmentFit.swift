/// How a fragment goes together with those of its datagram that have come.
enum FragmentFit {
  /// None of its octets has come.
  case new
  /// All of its octets have come.
  case duplicate
  /// Some of its octets have come, or it lies behind the datagram's end.
  case overlap
  /// New, and one more gap than can be noted.
  case scattered
}
