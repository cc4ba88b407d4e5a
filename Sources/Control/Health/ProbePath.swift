import Configuration
import Glibc
import Net

/// The way of a check through the data ports to one server of a `dsr` service (behaviour 70): a socket at the kernel
/// twin of a port, whose own port tells the worker which server's MAC address the frames go to.
struct ProbePath: Equatable, Sendable {
  /// The kernel's interface.
  var interface: String
  /// The kernel's address there, which the server answers.
  var source: IPv4Address
  /// Names the server (`ProbePorts`). Of an echo it is the identifier.
  var port: UInt16

  /// The kernel's number of the interface; nil: it is not there, since its port is not.
  var interfaceIndex: CInt? {
    let index = if_nametoindex(interface)
    return index == 0 ? nil : CInt(bitPattern: index)
  }
}
