/// The kernel twin of a port: what `ports.*.kernel` says.
public struct TwinSettings: Equatable, Sendable {
  /// What the kernel's interface is called.
  public var name: String
  /// The kernel's address on the port's segment.
  public var address: InterfaceAddress
}
