import Net
import Tables

/// Whose the packet is that an ICMP error is about.
enum QuotedFlow {
  /// Of a flow between a service's client and this backend; the client is behind this port.
  case of(ServiceIndex, BackendIndex, frontend: PortIndex)
  /// Of a session whose backend was killed.
  case killed
  /// Of no flow of a service.
  case nobody
}
