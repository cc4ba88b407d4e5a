#include "shim.h"

#include <errno.h>
#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_malloc.h>
#include <rte_pdump.h>
#include <signal.h>
#include <string.h>
#include <time.h>

_Static_assert(SLUICE_MARK_OFFSET >= offsetof(struct rte_mbuf, dynfield1), "the mark must lie in the dynamic fields");
_Static_assert(SLUICE_MARK_OFFSET + sizeof(struct sluice_mark) <= sizeof(struct rte_mbuf), "the mark must fit");

int sluice_errno(void) { return rte_errno; }
uint64_t sluice_tsc_hz(void) { return rte_get_tsc_hz(); }

void sluice_mbuf_free_one(void *mbuf) { rte_pktmbuf_free((struct rte_mbuf *)mbuf); }
void *sluice_mbuf_copy(const void *mbuf) {
  const struct rte_mbuf *original = (const struct rte_mbuf *)mbuf;
  return rte_pktmbuf_copy(original, original->pool, 0, UINT32_MAX);
}
void sluice_mbuf_free_bulk(void **mbufs, uint32_t count) { rte_pktmbuf_free_bulk((struct rte_mbuf **)mbufs, count); }

void sluice_sleep_microseconds(uint32_t microseconds) {
  struct timespec time = {microseconds / 1000000, (long)(microseconds % 1000000) * 1000};
  nanosleep(&time, NULL);
}

int sluice_port_by_name(const char *name, uint16_t *port) { return rte_eth_dev_get_port_by_name(name, port); }

int sluice_port_info(uint16_t port, struct sluice_port_info *info) {
  struct rte_eth_dev_info device;
  int result = rte_eth_dev_info_get(port, &device);
  if (result != 0) return result;
  memset(info, 0, sizeof *info);
  strncpy(info->driver, device.driver_name ? device.driver_name : "", sizeof info->driver - 1);
  info->max_rx_queues = device.max_rx_queues;
  info->max_tx_queues = device.max_tx_queues;
  info->max_rx_frame = device.max_rx_pktlen;
  info->rss_offloads = device.flow_type_rss_offloads;
  info->reta_size = device.reta_size;
  info->hash_key_size = device.hash_key_size;
  info->multi_segment_tx = (device.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) != 0;
  info->socket = rte_eth_dev_socket_id(port);
  rte_eth_dev_get_mtu(port, &info->mtu);
  struct rte_ether_addr address;
  if (rte_eth_macaddr_get(port, &address) == 0) memcpy(info->mac, address.addr_bytes, sizeof info->mac);
  return 0;
}

int sluice_port_configure(uint16_t port, struct sluice_port_settings *settings, int socket) {
  struct rte_eth_conf configuration;
  memset(&configuration, 0, sizeof configuration);
  if (settings->rss_types != 0) {
    configuration.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    configuration.rx_adv_conf.rss_conf.rss_key = settings->rss_key;
    configuration.rx_adv_conf.rss_conf.rss_key_len = settings->rss_key_length;
    configuration.rx_adv_conf.rss_conf.rss_hf = settings->rss_types;
  }
  if (settings->multi_segment_tx) configuration.txmode.offloads |= RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
  int result = rte_eth_dev_configure(port, settings->rx_queues, settings->tx_queues, &configuration);
  if (result != 0) return result;
  result = rte_eth_dev_adjust_nb_rx_tx_desc(port, &settings->rx_descriptors, &settings->tx_descriptors);
  if (result != 0) return result;
  for (uint16_t queue = 0; queue < settings->tx_queues; queue++) {
    result = rte_eth_tx_queue_setup(port, queue, settings->tx_descriptors, (unsigned)socket, NULL);
    if (result != 0) return result;
  }
  return 0;
}

int sluice_port_rx_queue(uint16_t port, uint16_t queue, uint16_t descriptors, int socket, void *pool) {
  return rte_eth_rx_queue_setup(port, queue, descriptors, (unsigned)socket, NULL, pool);
}
int sluice_port_start(uint16_t port) { return rte_eth_dev_start(port); }
int sluice_port_stop(uint16_t port) { return rte_eth_dev_stop(port); }
int sluice_port_close(uint16_t port) {
  struct rte_eth_dev_info device;
  int result = rte_eth_dev_info_get(port, &device);
  if (result != 0) return result;
  result = rte_eth_dev_close(port);
  return result != 0 ? result : rte_dev_remove(device.device);
}
int sluice_port_promiscuous(uint16_t port) { return rte_eth_promiscuous_enable(port); }
int sluice_port_all_multicast(uint16_t port) { return rte_eth_allmulticast_enable(port); }

bool sluice_port_strips_tags(uint16_t port) {
  int offloads = rte_eth_dev_get_vlan_offload(port);
  if (offloads < 0 || (offloads & RTE_ETH_VLAN_STRIP_OFFLOAD) == 0) return false;
  rte_eth_dev_set_vlan_offload(port, offloads & ~RTE_ETH_VLAN_STRIP_OFFLOAD);
  offloads = rte_eth_dev_get_vlan_offload(port);
  return offloads >= 0 && (offloads & RTE_ETH_VLAN_STRIP_OFFLOAD) != 0;
}

int sluice_port_set_mtu(uint16_t port, uint16_t mtu) { return rte_eth_dev_set_mtu(port, mtu); }

int sluice_port_set_reta(uint16_t port, const uint16_t *queues, uint16_t size) {
  struct rte_eth_rss_reta_entry64 groups[RTE_ETH_RSS_RETA_SIZE_512 / RTE_ETH_RETA_GROUP_SIZE];
  if (size > RTE_ETH_RSS_RETA_SIZE_512) return -EINVAL;
  memset(groups, 0, sizeof groups);
  for (uint16_t entry = 0; entry < size; entry++) {
    struct rte_eth_rss_reta_entry64 *group = &groups[entry / RTE_ETH_RETA_GROUP_SIZE];
    group->mask |= UINT64_C(1) << (entry % RTE_ETH_RETA_GROUP_SIZE);
    group->reta[entry % RTE_ETH_RETA_GROUP_SIZE] = queues[entry];
  }
  return rte_eth_dev_rss_reta_update(port, groups, size);
}

int sluice_port_stats(uint16_t port, struct sluice_port_stats *stats) {
  struct rte_eth_stats device;
  int result = rte_eth_stats_get(port, &device);
  if (result != 0) return result;
  *stats = (struct sluice_port_stats){
      .rx_packets = device.ipackets, .tx_packets = device.opackets, .rx_bytes = device.ibytes,
      .tx_bytes = device.obytes,     .rx_missed = device.imissed,   .rx_errors = device.ierrors,
      .tx_errors = device.oerrors,   .rx_no_mbuf = device.rx_nombuf};
  return 0;
}

int sluice_port_link(uint16_t port, struct sluice_link *link) {
  struct rte_eth_link device;
  int result = rte_eth_link_get_nowait(port, &device);
  if (result != 0) return result;
  link->up = device.link_status == RTE_ETH_LINK_UP;
  link->speed = device.link_speed;
  return 0;
}

void *sluice_pool_create(const char *name, uint32_t count, uint32_t cache, uint16_t data_room, int socket,
                         const char *ops) {
  return rte_pktmbuf_pool_create_by_ops(name, count, cache, 0, data_room, socket, ops);
}
uint32_t sluice_pool_available(const void *pool) { return rte_mempool_avail_count(pool); }
void sluice_pool_free(void *pool) { rte_mempool_free(pool); }

void *sluice_pool_take(void *pool, uint16_t length) {
  struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
  if (mbuf == NULL || rte_pktmbuf_append(mbuf, length) != NULL) return mbuf;
  rte_pktmbuf_free(mbuf);
  return NULL;
}

int sluice_mark_register(void) {
  static const struct rte_mbuf_dynfield field = {
      .name = "sluice_mark", .size = sizeof(struct sluice_mark), .align = __alignof__(struct sluice_mark)};
  int offset = rte_mbuf_dynfield_register_offset(&field, SLUICE_MARK_OFFSET);
  if (offset < 0) return -rte_errno;
  return offset == SLUICE_MARK_OFFSET ? 0 : -EBUSY;
}

void *sluice_ring_create(const char *name, uint32_t count, int socket) {
  return rte_ring_create(name, count, socket, RING_F_MP_RTS_ENQ | RING_F_SC_DEQ);
}
void sluice_ring_free(void *ring) { rte_ring_free(ring); }
uint32_t sluice_ring_count(const void *ring) { return rte_ring_count(ring); }

void *sluice_qsbr_create(uint32_t threads) {
  size_t size = rte_rcu_qsbr_get_memsize(threads);
  struct rte_rcu_qsbr *qsbr = rte_zmalloc("sluice qsbr", size, RTE_CACHE_LINE_SIZE);
  if (qsbr == NULL) return NULL;
  if (rte_rcu_qsbr_init(qsbr, threads) == 0) return qsbr;
  rte_free(qsbr);
  return NULL;
}
void sluice_qsbr_destroy(void *qsbr) { rte_free(qsbr); }
int sluice_qsbr_register(void *qsbr, uint32_t thread) { return rte_rcu_qsbr_thread_register(qsbr, thread); }
void sluice_qsbr_online(void *qsbr, uint32_t thread) { rte_rcu_qsbr_thread_online(qsbr, thread); }
void sluice_qsbr_offline(void *qsbr, uint32_t thread) { rte_rcu_qsbr_thread_offline(qsbr, thread); }
uint64_t sluice_qsbr_start(void *qsbr) { return rte_rcu_qsbr_start(qsbr); }
int sluice_qsbr_check(void *qsbr, uint64_t token) { return rte_rcu_qsbr_check(qsbr, token, false); }

void *sluice_zmalloc(size_t bytes, int socket) {
  return rte_zmalloc_socket("sluice", bytes, RTE_CACHE_LINE_SIZE, socket);
}
void sluice_free(void *memory) { rte_free(memory); }

int sluice_capture_start(void) { return rte_pdump_init(); }

static void stop_signals(sigset_t *set) {
  sigemptyset(set);
  sigaddset(set, SIGTERM);
  sigaddset(set, SIGINT);
  sigaddset(set, SIGHUP);
}

int sluice_signals_block(void) {
  sigset_t set;
  stop_signals(&set);
  signal(SIGPIPE, SIG_IGN);
  return -pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void sluice_signals_leave(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGIO);
  for (int number = SIGRTMIN; number <= SIGRTMAX; number++) sigaddset(&set, number);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int sluice_signals_wait(uint32_t milliseconds) {
  sigset_t set;
  stop_signals(&set);
  struct timespec limit = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  int number = sigtimedwait(&set, NULL, &limit);
  return number > 0 ? number : 0;
}

const uint64_t sluice_rss_ipv4_types = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_OTHER |
                                       RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV4_UDP;
const uint64_t sluice_rss_source_only = RTE_ETH_RSS_L3_SRC_ONLY | RTE_ETH_RSS_L4_SRC_ONLY;
const uint64_t sluice_rss_destination_only = RTE_ETH_RSS_L3_DST_ONLY | RTE_ETH_RSS_L4_DST_ONLY;
