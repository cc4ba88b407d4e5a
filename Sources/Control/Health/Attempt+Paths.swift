import Glibc
import NIOCore
import NIOPosix

/// Checks through the data ports: their sockets are a kernel twin's.
extension Attempt {
  /// `SO_BINDTOIFINDEX` of Linux (asm-generic/socket.h): the socket sends and receives by this interface alone, whatever
  /// the host's routes are.
  static let bindToInterface = NIOBSDSocket.Option(rawValue: 62)

  /// A connection's way.
  func bootstrap(_ bootstrap: ClientBootstrap, by path: ProbePath) throws -> ClientBootstrap {
    // Checks of other services share the port; each connection has another end.
    bootstrap.channelOption(.socketOption(.so_reuseaddr), value: 1)
      .channelOption(.socketOption(Self.bindToInterface), value: SocketOptionValue(try index(of: path)))
      .bind(to: try SocketAddress(ipAddress: path.source.description, port: Int(path.port)))
  }

  /// A socket for datagrams to one address, and from it; a path's, if there is one.
  ///
  /// - Parameter kinds: type and protocol of the sockets that will do, the best first.
  func datagramSocket(
    _ kinds: [(type: CInt, number: CInt)], to address: SocketAddress, by path: ProbePath?
  ) throws -> CInt {
    let flags = CInt(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    var descriptor: CInt = -1
    for kind in kinds where descriptor < 0 { descriptor = socket(AF_INET, kind.type | flags, kind.number) }
    guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
    do {
      if let path { try bind(descriptor, to: path) }
      guard address.withSockAddr({ Glibc.connect(descriptor, $0, socklen_t($1)) }) == 0 else {
        throw IOError(errnoCode: errno, reason: "connect")
      }
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  private func bind(_ descriptor: CInt, to path: ProbePath) throws {
    let options = [(SO_REUSEADDR, 1), (Self.bindToInterface.rawValue, try index(of: path))]
    for (option, value) in options {
      var value = value
      guard setsockopt(descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<CInt>.size)) == 0 else {
        throw IOError(errnoCode: errno, reason: "setsockopt")
      }
    }
    let source = try SocketAddress(ipAddress: path.source.description, port: Int(path.port))
    guard source.withSockAddr({ Glibc.bind(descriptor, $0, socklen_t($1)) }) == 0 else {
      throw IOError(errnoCode: errno, reason: "bind")
    }
  }

  private func index(of path: ProbePath) throws -> CInt {
    guard let index = path.interfaceIndex else { throw IOError(errnoCode: ENODEV, reason: "interface") }
    return index
  }
}
