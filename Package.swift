// swift-tools-version: 6.2
// Sluice: a layer-4 load balancer on DPDK. `docs/architecture.md` explains the targets and their arrows.

import PackageDescription

// Debian's libdpdk.pc cannot be read by SwiftPM, so its flags are spelled here, once.
#if arch(arm64)
  let architecture = "aarch64-linux-gnu"
  let machine = "-march=armv8-a+crc"
#else
  let architecture = "x86_64-linux-gnu"
  let machine = "-march=corei7"
#endif
let dpdkCompilerFlags = [
  "-I/usr/include/dpdk", "-I/usr/include/\(architecture)/dpdk", "-include", "rte_config.h", machine,
]
let importsDPDK = SwiftSetting.unsafeFlags(dpdkCompilerFlags.flatMap { ["-Xcc", $0] })

// The core libraries only: drivers (and the mempool driver, which a capture process needs at the
// same ops index) load as plugins.
let dpdkLibraries = [
  "rte_eal", "rte_ethdev", "rte_mempool", "rte_mbuf", "rte_ring", "rte_rcu", "rte_telemetry", "rte_pdump",
  "rte_kvargs", "rte_net",
]

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
/// Modules that a packet passes through, or whose memory it touches.
let hot: [SwiftSetting] = strict + [.strictMemorySafety(), importsDPDK]
/// Modules that run on the management thread.
let management: [SwiftSetting] = strict + [importsDPDK]

let package = Package(
  name: "sluice",
  products: [
    .executable(name: "sluice", targets: ["sluice"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(
      name: "CDPDKShim", path: "CDPDKShim",
      cSettings: [.unsafeFlags(dpdkCompilerFlags + ["-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"])],
      linkerSettings: dpdkLibraries.map { .linkedLibrary($0) } + [.linkedLibrary("numa")]),
    .target(name: "Net", swiftSettings: hot),
    .target(name: "EAL", dependencies: ["CDPDKShim"], swiftSettings: hot),
    .target(name: "Packet", dependencies: ["Net"], swiftSettings: hot),
    .target(name: "Counters", dependencies: ["Net"], swiftSettings: hot),
    .target(name: "Tables", dependencies: ["Counters", "EAL", "Net"], swiftSettings: hot),
    .target(
      name: "Dataplane", dependencies: ["CDPDKShim", "EAL", "Packet", "Tables", "Counters", "Net"],
      swiftSettings: hot),
    .target(name: "Configuration", dependencies: ["Net", "Yams"], swiftSettings: strict),
    .target(
      name: "Control",
      dependencies: [
        "Configuration", "Tables", "Counters", "EAL", "Net",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: management),
    .executableTarget(
      name: "sluice",
      dependencies: [
        "Control", "Dataplane", "Configuration",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: management),
    .executableTarget(
      name: "sluice-bench",
      dependencies: [
        "CDPDKShim", "Dataplane", "Tables", "Counters", "EAL", "Net",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: management),
    .target(
      name: "TestSupport", dependencies: ["CDPDKShim", "Dataplane", "Tables", "Counters", "EAL", "Net"],
      path: "Tests/TestSupport", swiftSettings: management),
    .executableTarget(
      name: "allocation-guard", dependencies: ["TestSupport", "Dataplane", "Tables", "Counters", "Net"],
      path: "Tests/AllocationGuard", swiftSettings: management,
      linkerSettings: [
        .unsafeFlags(
          ["malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign", "pthread_mutex_lock"].flatMap {
            ["-Xlinker", "--defsym=\($0)=counted_\($0)"]
          })
      ]),
    .testTarget(
      name: "NetTests", dependencies: ["TestSupport", "Net"], path: "Tests/NetTests", swiftSettings: management),
    .testTarget(
      name: "PacketTests", dependencies: ["TestSupport", "Packet", "Net"], path: "Tests/PacketTests",
      swiftSettings: management),
    .testTarget(
      name: "TablesTests", dependencies: ["TestSupport", "Tables", "EAL", "Net"], path: "Tests/TablesTests",
      swiftSettings: management),
    .testTarget(
      name: "CountersTests", dependencies: ["TestSupport", "Counters", "Net"], path: "Tests/CountersTests",
      swiftSettings: management),
    .testTarget(
      name: "EALTests", dependencies: ["TestSupport", "EAL"], path: "Tests/EALTests", swiftSettings: management),
    .testTarget(
      name: "DataplaneTests",
      dependencies: ["TestSupport", "Dataplane", "Packet", "Tables", "Counters", "EAL", "Net"],
      path: "Tests/DataplaneTests", swiftSettings: management),
    .testTarget(
      name: "ControlTests",
      dependencies: [
        "Control", "Configuration", "Tables", "Counters", "EAL", "Net",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Yams", package: "Yams"),
      ],
      path: "Tests/ControlTests", swiftSettings: management),
    .testTarget(
      name: "ConfigurationTests", dependencies: ["Configuration", "Net"], path: "Tests/ConfigurationTests",
      swiftSettings: strict),
  ]
)
