// Set-up and management calls: out of line, never in the packet path. Each returns what DPDK returned
// (0 or a negative errno) unless it says otherwise.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_telemetry.h>

// What a port's driver says of it (from rte_eth_dev_info, which Swift imports only in part).
struct sluice_port_info {
  char driver[32];
  uint16_t max_rx_queues;
  uint16_t max_tx_queues;
  uint32_t max_rx_frame;       // bytes, header included; 0: not told
  uint64_t rss_offloads;       // RTE_ETH_RSS_*
  uint16_t reta_size;          // entries of the RSS indirection table; 0: none
  uint8_t hash_key_size;       // bytes of the Toeplitz key; 0: none
  bool multi_segment_tx;       // takes frames of several mbufs
  int socket;                  // NUMA node, or -1
  uint16_t mtu;                // as the driver reports it
  uint8_t mac[6];
};

struct sluice_port_settings {
  uint16_t rx_queues;
  uint16_t tx_queues;
  uint16_t rx_descriptors;
  uint16_t tx_descriptors;
  uint64_t rss_types;          // RTE_ETH_RSS_*; 0: no RSS
  uint8_t *rss_key;
  uint8_t rss_key_length;
  bool multi_segment_tx;
};

struct sluice_port_stats {
  uint64_t rx_packets, tx_packets, rx_bytes, tx_bytes, rx_missed, rx_errors, tx_errors, rx_no_mbuf;
};

struct sluice_link {
  bool up;
  uint32_t speed; // Mbit/s; UINT32_MAX: unknown
};

int sluice_errno(void);
uint64_t sluice_tsc_hz(void);

// Hot-adds a device. `bus` is "vdev" or "pci".
int sluice_device_add(const char *bus, const char *name, const char *arguments);
// The port of a device name, or -ENODEV.
int sluice_port_by_name(const char *name, uint16_t *port);
int sluice_port_info(uint16_t port, struct sluice_port_info *info);
// Configures the port and its TX queues (RX queues: sluice_port_rx_queue), and adjusts the descriptor
// counts to what the driver takes.
int sluice_port_configure(uint16_t port, struct sluice_port_settings *settings, int socket);
int sluice_port_rx_queue(uint16_t port, uint16_t queue, uint16_t descriptors, int socket, void *pool);
int sluice_port_start(uint16_t port);
int sluice_port_stop(uint16_t port);
// Closes the port and removes its device from EAL.
int sluice_port_close(uint16_t port);
int sluice_port_promiscuous(uint16_t port);
int sluice_port_all_multicast(uint16_t port);
// Of a started port: tells the device to leave VLAN tags in the frames; returns whether it takes them off all the same.
bool sluice_port_strips_tags(uint16_t port);
// Of a started port.
int sluice_port_set_mtu(uint16_t port, uint16_t mtu);
int sluice_port_set_reta(uint16_t port, const uint16_t *queues, uint16_t size);
int sluice_port_stats(uint16_t port, struct sluice_port_stats *stats);
int sluice_port_link(uint16_t port, struct sluice_link *link);

// NULL with sluice_errno() set on failure. `ops` NULL: DPDK's default.
void *sluice_pool_create(const char *name, uint32_t count, uint32_t cache, uint16_t data_room, int socket,
                         const char *ops);
uint32_t sluice_pool_available(const void *pool);
void sluice_pool_free(void *pool);
// One fresh mbuf of `length` bytes, or NULL. A worker may call it too, for the rare frame of its own.
__attribute__((swift_attr("@_noLocks"))) void *sluice_pool_take(void *pool, uint16_t length);

int sluice_mark_register(void);

// Many producers, one consumer; a producer that loses its CPU does not block the others (RTS mode).
void *sluice_ring_create(const char *name, uint32_t count, int socket);
void sluice_ring_free(void *ring);
uint32_t sluice_ring_count(const void *ring);

// A QSBR variable for `threads` readers, or NULL.
void *sluice_qsbr_create(uint32_t threads);
void sluice_qsbr_destroy(void *qsbr);
int sluice_qsbr_register(void *qsbr, uint32_t thread);
void sluice_qsbr_online(void *qsbr, uint32_t thread);
void sluice_qsbr_offline(void *qsbr, uint32_t thread);
uint64_t sluice_qsbr_start(void *qsbr);
// 1 when every online reader has passed the token, 0 when not yet.
int sluice_qsbr_check(void *qsbr, uint64_t token);

// Zeroed memory on a NUMA node (-1: any), aligned to a cache line; NULL when there is none.
void *sluice_zmalloc(size_t bytes, int socket);
void sluice_free(void *memory);

int sluice_capture_start(void);

// Lets the calling process receive SIGTERM and SIGINT by waiting only: blocks them in this thread and
// those it starts.
int sluice_signals_block(void);
// Leaves the signals by which net_tap tells of frames (SIGIO or a real-time one) to the threads that exist already, the
// lcores: this one and those it starts would only be woken by them.
void sluice_signals_leave(void);
// The next SIGTERM, SIGINT or SIGHUP within `milliseconds`, or 0.
int sluice_signals_wait(uint32_t milliseconds);

// EAL's life. What DPDK logs during `sluice_eal_start` and `sluice_device_add` is kept instead of printed;
// `sluice_said` gives what the last of them logged.
int sluice_eal_start(int count, char **arguments);
const char *sluice_said(void);
void sluice_eal_stop(void);
// Lets a driver log only what is critical from now on; `driver` is its log type, pmd.net.tap.
void sluice_log_quieten(const char *driver);
// Starts `entry(argument)` on a worker lcore; waits for it to return.
int sluice_lcore_launch(uint32_t lcore, int (*entry)(void *), void *argument);
int sluice_lcore_wait(uint32_t lcore);
// NUMA node of an lcore.
int sluice_lcore_socket(uint32_t lcore);
// Whether this process may run on a CPU.
bool sluice_cpu_allowed(uint32_t cpu);

// Of a kernel interface: its MTU, or a negative errno.
int sluice_interface_mtu(const char *name);
// Whether it is up and has a carrier: 1, 0, or a negative errno.
int sluice_interface_running(const char *name);
// Gives it an IPv4 address (in host byte order) with so many bits of network: 0 or a negative errno.
int sluice_interface_set_address(const char *name, uint32_t address, uint8_t prefix);
// Keeps the kernel from speaking IPv6 on it. Where the kernel knows no IPv6, or says no, nothing changes.
void sluice_interface_without_ipv6(const char *name);
// Lets it receive from every address to which the kernel has any route (RFC 3704, loose mode), not only from those to which
// it would send by it. Where the kernel says no, nothing changes.
void sluice_interface_loose(const char *name);
// A socket that becomes readable when any interface changes (rtnetlink), or a negative errno.
int sluice_link_watch_open(void);
// Reads away what has come in; returns whether there was anything.
bool sluice_link_watch_drain(int watch);

// RTE_ETH_RSS_* sets: which frames are hashed, and by which of their fields.
extern const uint64_t sluice_rss_ipv4_types;
extern const uint64_t sluice_rss_source_only;
extern const uint64_t sluice_rss_destination_only;
