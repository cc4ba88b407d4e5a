/// Sizes and field offsets, in bytes, of the headers that are read or written.
@usableFromInline
enum Header {
  /// IEEE 802.3: destination 6, source 6, type 2.
  @usableFromInline
  enum Ethernet {
    @inlinable @inline(__always) static var destination: Int { @_noLocks get { 0 } }
    @inlinable @inline(__always) static var source: Int { @_noLocks get { 6 } }
    @inlinable @inline(__always) static var type: Int { @_noLocks get { 12 } }
    @inlinable @inline(__always) static var length: Int { @_noLocks get { 14 } }
  }

  /// IEEE 802.1Q: type 2, control information 2; stands before the EtherType of what it tags.
  @usableFromInline
  enum Tag {
    @inlinable @inline(__always) static var length: Int { @_noLocks get { 4 } }
    /// Tags that are looked behind.
    @inlinable @inline(__always) static var limit: Int { @_noLocks get { 2 } }
  }

  /// RFC 826, for IPv4 over Ethernet: hardware type 2 and protocol type 2, their addresses' lengths 1 and 1, operation
  /// 2, then both ends.
  @usableFromInline
  enum ARP {
    @inlinable @inline(__always) static var hardware: Int { @_noLocks get { 0 } }
    @inlinable @inline(__always) static var lengths: Int { @_noLocks get { 4 } }
    @inlinable @inline(__always) static var operation: Int { @_noLocks get { 6 } }
    @inlinable @inline(__always) static var senderMAC: Int { @_noLocks get { 8 } }
    @inlinable @inline(__always) static var senderAddress: Int { @_noLocks get { 14 } }
    @inlinable @inline(__always) static var targetMAC: Int { @_noLocks get { 18 } }
    @inlinable @inline(__always) static var targetAddress: Int { @_noLocks get { 24 } }
  }

  /// RFC 791, section 3.1.
  @usableFromInline
  enum IPv4 {
    @inlinable @inline(__always) static var versionAndLength: Int { @_noLocks get { 0 } }
    @inlinable @inline(__always) static var typeOfService: Int { @_noLocks get { 1 } }
    @inlinable @inline(__always) static var totalLength: Int { @_noLocks get { 2 } }
    @inlinable @inline(__always) static var identification: Int { @_noLocks get { 4 } }
    @inlinable @inline(__always) static var fragment: Int { @_noLocks get { 6 } }
    @inlinable @inline(__always) static var timeToLive: Int { @_noLocks get { 8 } }
    @inlinable @inline(__always) static var transport: Int { @_noLocks get { 9 } }
    @inlinable @inline(__always) static var checksum: Int { @_noLocks get { 10 } }
    @inlinable @inline(__always) static var source: Int { @_noLocks get { 12 } }
    @inlinable @inline(__always) static var destination: Int { @_noLocks get { 16 } }
    @inlinable @inline(__always) static var minimumLength: Int { @_noLocks get { 20 } }
  }

  /// RFC 9293, section 3.1.
  @usableFromInline
  enum TCP {
    @inlinable @inline(__always) static var sequence: Int { @_noLocks get { 4 } }
    @inlinable @inline(__always) static var acknowledgment: Int { @_noLocks get { 8 } }
    @inlinable @inline(__always) static var dataOffset: Int { @_noLocks get { 12 } }
    @inlinable @inline(__always) static var flags: Int { @_noLocks get { 13 } }
    @inlinable @inline(__always) static var checksum: Int { @_noLocks get { 16 } }
    @inlinable @inline(__always) static var minimumLength: Int { @_noLocks get { 20 } }
  }

  /// RFC 768.
  @usableFromInline
  enum UDP {
    @inlinable @inline(__always) static var datagramLength: Int { @_noLocks get { 4 } }
    @inlinable @inline(__always) static var checksum: Int { @_noLocks get { 6 } }
    @inlinable @inline(__always) static var length: Int { @_noLocks get { 8 } }
  }

  /// RFC 792.
  @usableFromInline
  enum ICMP {
    @inlinable @inline(__always) static var type: Int { @_noLocks get { 0 } }
    @inlinable @inline(__always) static var code: Int { @_noLocks get { 1 } }
    @inlinable @inline(__always) static var checksum: Int { @_noLocks get { 2 } }
    @inlinable @inline(__always) static var identifier: Int { @_noLocks get { 4 } }
    @inlinable @inline(__always) static var length: Int { @_noLocks get { 8 } }
  }

  /// TCP and UDP.
  @usableFromInline
  enum Ports {
    @inlinable @inline(__always) static var source: Int { @_noLocks get { 0 } }
    @inlinable @inline(__always) static var destination: Int { @_noLocks get { 2 } }
  }
}
