import EAL
import Net
import TestSupport
import Testing

@testable import Dataplane

struct SteeringTests {
  /// `rte_ethdev.h` of DPDK 22.11: `RTE_ETH_RSS_*`.
  enum RSS {
    static let ipv4: UInt64 = 1 << 2
    static let fragment: UInt64 = 1 << 3
    static let tcp: UInt64 = 1 << 4
    static let udp: UInt64 = 1 << 5
    static let sctp: UInt64 = 1 << 6
    static let other: UInt64 = 1 << 7
    static let ipv6: UInt64 = 0b1111_11 << 8
    static let payload: UInt64 = 1 << 14
    static let ipv6Extended: UInt64 = 0b111 << 15
    static let sourceOnly: UInt64 = 1 << 63 | 1 << 61
    static let destinationOnly: UInt64 = 1 << 62 | 1 << 60
  }

  /// What drivers of DPDK 22.11 say of their ports in `rte_eth_dev_info`, as far as it matters.
  struct Driver: CustomTestStringConvertible {
    var name: String
    var rssTypes: UInt64
    var redirectionEntries: Int
    var hashKeyLength: Int
    var queues: Int
    var testDescription: String { name }

    func port(_ side: PortSide) -> SteeringPlan.PortCapabilities {
      SteeringPlan.PortCapabilities(
        name: side == .frontend ? "front" : "back", side: side, receiveQueues: queues, transmitQueues: queues,
        rssTypes: rssTypes, redirectionEntries: redirectionEntries, hashKeyLength: hashKeyLength)
    }
  }

  /// drivers/net/mlx5: MLX5_RSS_HF_MASK leaves IP, UDP, TCP and the four SRC_ONLY and DST_ONLY bits;
  /// mlx5_dev_infos_get: `reta_size` is the device's table, cut to 512, before queues are set up;
  /// MLX5_RSS_HASH_KEY_LEN 40.
  static let mlx5 = Driver(
    name: "mlx5",
    rssTypes: RSS.ipv4 | RSS.fragment | RSS.tcp | RSS.udp | RSS.other | RSS.ipv6 | RSS.ipv6Extended | RSS.sourceOnly
      | RSS.destinationOnly,
    redirectionEntries: 512, hashKeyLength: 40, queues: 1024)

  /// Drivers whose `flow_type_rss_offloads` lacks those bits (i40e and ice know them in rte_flow rules only):
  /// ICE_RSS_OFFLOAD_ALL with a table of 512 and a key of 52, I40E_RSS_OFFLOAD_ALL with 512 and 52,
  /// IXGBE_RSS_OFFLOAD_ALL with 128 and 40; virtual devices offer nothing.
  static let others = [
    Driver(
      name: "ice",
      rssTypes: RSS.ipv4 | RSS.fragment | RSS.tcp | RSS.udp | RSS.sctp | RSS.other | RSS.ipv6 | RSS.payload,
      redirectionEntries: 512, hashKeyLength: 52, queues: 64),
    Driver(
      name: "i40e", rssTypes: RSS.fragment | RSS.tcp | RSS.udp | RSS.sctp | RSS.other | RSS.payload,
      redirectionEntries: 512, hashKeyLength: 52, queues: 64),
    Driver(
      name: "ixgbe", rssTypes: RSS.ipv4 | RSS.tcp | RSS.udp | RSS.ipv6 | RSS.ipv6Extended, redirectionEntries: 128,
      hashKeyLength: 40, queues: 64),
    Driver(name: "af_packet", rssTypes: 0, redirectionEntries: 0, hashKeyLength: 0, queues: 1),
  ]

  static let key = (0..<SteeringPlan.keyLength).map { UInt8(truncatingIfNeeded: $0 * 73 + 5) }

  static func choose(_ drivers: [Driver], workers: Int) -> SteeringPlan {
    .choose(ports: zip(drivers, [.frontend, .backend]).map { $0.port($1) }, workers: workers, key: key)
  }

  @Test func `92: one worker owns everything, whatever the ports offer`() {
    #expect(Self.choose([Self.mlx5, Self.mlx5], workers: 1) == .single)
    #expect(Self.choose([Self.others[3], Self.others[3]], workers: 1) == .single)
  }

  @Test(arguments: [2, 3, 8, 64])
  func `92: ports that hash one end alone steer by themselves, each by the client's end`(_ workers: Int) throws {
    let plan = Self.choose([Self.mlx5, Self.mlx5], workers: workers)
    let front = try #require(plan.hashing(for: Self.mlx5.port(.frontend)))
    let back = try #require(plan.hashing(for: Self.mlx5.port(.backend)))
    let kinds = RSS.ipv4 | RSS.fragment | RSS.tcp | RSS.udp | RSS.other
    #expect(front.types == kinds | RSS.sourceOnly)
    #expect(back.types == kinds | RSS.destinationOnly)
    #expect(front.key == Array(Self.key.prefix(40)) && back.key == front.key)
    #expect(front.redirection.count == 512 && Set(front.redirection) == Set(0..<UInt16(workers)))
    let shares = (0..<UInt16(workers)).map { worker in front.redirection.filter { $0 == worker }.count }
    #expect(shares.allSatisfy { $0 == 512 / workers || $0 == 512 / workers + 1 })
    #expect(plan.description.contains("512 entries") && plan.description.contains("not yet run on a NIC"))
  }

  /// A NIC, bit by bit: the fields of one end, the key, the low bits of the hash, the table.
  static func queue(_ client: Endpoint, _ hashing: Port.Hashing) -> UInt16 {
    let input = ToeplitzTests.octets(client.address, client.transport.hasPorts ? client.port : nil)
    return hashing.redirection[Int(ToeplitzTests.slow(input, hashing.key)) & (hashing.redirection.count - 1)]
  }

  @Test(arguments: [2, 3, 4, 8])
  func `92: the owner function agrees with the NIC on both sides, of tables of different sizes too`(_ workers: Int)
    throws
  {
    var smaller = Self.mlx5
    smaller.redirectionEntries = 128
    let plan = Self.choose([smaller, Self.mlx5], workers: workers)
    let owner = plan.owner(workers: workers)
    let front = try #require(plan.hashing(for: smaller.port(.frontend)))
    let back = try #require(plan.hashing(for: Self.mlx5.port(.backend)))
    #expect(front.redirection.count == 128 && back.redirection.count == 512)
    var owned = [Int](repeating: 0, count: workers)
    for number in 0..<2000 {
      let client = Endpoint(
        IPv4Address(rawValue: 0x0A00_0000 + UInt32(number % 50)), UInt16(20000 + number),
        TransportProtocol.allCases[number % 3])
      let worker = owner.owner(of: client).rawValue
      #expect(Self.queue(client, front) == worker && Self.queue(client, back) == worker)
      owned[Int(worker)] += 1
    }
    #expect(owned.allSatisfy { $0 > 2000 / workers / 2 })
  }

  @Test(arguments: others)
  func `92: any port that cannot makes all flows travel over rings, and the text says why`(_ driver: Driver) {
    for drivers in [[driver, driver], [Self.mlx5, driver], [driver, Self.mlx5]] {
      let plan = Self.choose(drivers, workers: 2)
      guard case .software(let reason) = plan else {
        Issue.record("\(plan)")
        continue
      }
      #expect(reason.contains("address and port alone"))
      #expect(reason.hasPrefix(drivers[0].name == "mlx5" ? "port back cannot" : "port front cannot"))
      #expect(plan.hashing(for: driver.port(.frontend)) == nil)
      #expect(plan.description.contains("over rings (\(reason))"))
    }
  }

  @Test func `92: too few queues, a table or a key of no use are reasons too`() {
    var few = Self.mlx5
    few.queues = 3
    #expect(
      Self.choose([few, few], workers: 4) == .software(reason: "port front has fewer queues than there are workers"))
    var odd = Self.mlx5
    odd.redirectionEntries = 384
    #expect(Self.choose([odd, odd], workers: 4) == .software(reason: "port front has no usable RSS indirection table"))
    odd.redirectionEntries = 2
    #expect(Self.choose([odd, odd], workers: 4) == .software(reason: "port front has no usable RSS indirection table"))
    var keyless = Self.mlx5
    keyless.hashKeyLength = 0
    #expect(Self.choose([Self.mlx5, keyless], workers: 4) == .software(reason: "port back has no usable RSS key"))
  }

  @Test(arguments: [2, 3, 4, 8])
  func `92: in software, ports in a row and addresses in a row are shared out evenly`(_ workers: Int) {
    for seed in 0..<10 {
      let owner = FlowOwner(workers: workers, hash: KeyedHash(seed: UInt64(seed), purpose: 1))
      var counts = [Int](repeating: 0, count: workers)
      for number in 0..<8000 {
        let client = Endpoint(IPv4Address(10, 0, 0, UInt8(number % 4)), UInt16(30000 + number / 4), .tcp)
        counts[Int(owner.owner(of: client).rawValue)] += 1
      }
      #expect(ChiSquare.deviation(of: counts) < 7)
    }
  }

  @Test func `92: echoes of one client have one owner, whatever their identifiers`() {
    let owner = FlowOwner(workers: 8, hash: .random())
    let owners = (0..<100).map { owner.owner(of: Endpoint(Scene.client, $0, .icmp)) }
    #expect(Set(owners).count == 1)
  }
}
