// What the packet path calls: static inline, so that it disappears into the Swift caller.
#pragma once

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_mbuf.h>
#include <rte_pause.h>
#include <rte_prefetch.h>
#include <rte_rcu_qsbr.h>
#include <rte_ring.h>
#include <stdbool.h>
#include <stdint.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Tells the Swift compiler that a call neither locks, allocates nor touches reference counts, which is
// what it proves of every Swift function marked @_noLocks.
#define SLUICE_HOT __attribute__((swift_attr("@_noLocks"))) static inline

// What a worker notes on a frame that it hands to another worker. It lives in the mbuf, at a fixed
// place among the dynamic fields (sluice_mark_register reserves it).
struct sluice_mark {
  uint8_t reason;       // why it travels: Dataplane's HandOverReason
  uint8_t port;         // arrival port, or the port to leave by
  uint8_t verdict;      // with a port to leave by: how the frame is to be counted
  uint8_t arrival;      // for a kernel twin: one more than the port by which the frame came, or 0
  uint16_t source_port; // of a labelled fragment, which carries none itself
  uint16_t destination_port;
  uint16_t backend; // which its client has by affinity: on the way back to the owner of the flow
};
#define SLUICE_MARK_OFFSET 112

SLUICE_HOT uint16_t sluice_rx_burst(uint16_t port, uint16_t queue, void **mbufs, uint16_t count) {
  return rte_eth_rx_burst(port, queue, (struct rte_mbuf **)mbufs, count);
}

SLUICE_HOT uint16_t sluice_tx_burst(uint16_t port, uint16_t queue, void **mbufs, uint16_t count) {
  return rte_eth_tx_burst(port, queue, (struct rte_mbuf **)mbufs, count);
}

SLUICE_HOT void *sluice_mbuf_data(const void *mbuf) {
  return rte_pktmbuf_mtod((const struct rte_mbuf *)mbuf, void *);
}

// Bytes in the first segment.
SLUICE_HOT uint16_t sluice_mbuf_data_length(const void *mbuf) {
  return rte_pktmbuf_data_len((const struct rte_mbuf *)mbuf);
}

// Bytes in all segments.
SLUICE_HOT uint32_t sluice_mbuf_packet_length(const void *mbuf) {
  return rte_pktmbuf_pkt_len((const struct rte_mbuf *)mbuf);
}

// Bytes that the first segment's data may grow to.
SLUICE_HOT uint16_t sluice_mbuf_capacity(const void *mbuf) {
  const struct rte_mbuf *m = (const struct rte_mbuf *)mbuf;
  return (uint16_t)(m->buf_len - m->data_off);
}

// Out of line: freeing is the exception in the path, and DPDK's inline version is large.
__attribute__((swift_attr("@_noLocks"))) void sluice_mbuf_free_one(void *mbuf);
__attribute__((swift_attr("@_noLocks"))) void sluice_mbuf_free_bulk(void **mbufs, uint32_t count);

// A copy of the frame out of the same pool, or NULL when the pool is empty. Out of line: copies are rare.
__attribute__((swift_attr("@_noLocks"))) void *sluice_mbuf_copy(const void *mbuf);

// Makes the frame one segment of `length` bytes; later segments are freed.
SLUICE_HOT void sluice_mbuf_set_length(void *mbuf, uint16_t length) {
  struct rte_mbuf *m = (struct rte_mbuf *)mbuf;
  if (m->next != NULL) {
    sluice_mbuf_free_one(m->next);
    m->next = NULL;
    m->nb_segs = 1;
  }
  m->data_len = length;
  m->pkt_len = length;
}

// Puts the VLAN tag back that a device took off, where it was. False: there is no room before the frame.
SLUICE_HOT bool sluice_mbuf_restore_tag(void *mbuf) {
  struct rte_mbuf *m = (struct rte_mbuf *)mbuf;
  if ((m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) == 0) return true;
  return rte_vlan_insert(&m) == 0;
}

SLUICE_HOT struct sluice_mark *sluice_mbuf_mark(void *mbuf) {
  return (struct sluice_mark *)((uint8_t *)mbuf + SLUICE_MARK_OFFSET);
}

SLUICE_HOT void sluice_prefetch(const void *address) { rte_prefetch0(address); }

// The first of four 16-byte entries on a cache line whose two words equal the wanted ones in the bits of the
// masks, or 4. No branch: which it is, nobody can predict.
SLUICE_HOT uint32_t sluice_first_match(
    const void *line, uint64_t low, uint64_t low_mask, uint64_t high, uint64_t high_mask) {
#if defined(__SSE2__)
  const __m128i *entry = (const __m128i *)line;
  const __m128i wanted = _mm_set_epi64x((int64_t)high, (int64_t)low);
  const __m128i mask = _mm_set_epi64x((int64_t)high_mask, (int64_t)low_mask);
  const __m128i a = _mm_and_si128(_mm_xor_si128(entry[0], wanted), mask);
  const __m128i b = _mm_and_si128(_mm_xor_si128(entry[1], wanted), mask);
  const __m128i c = _mm_and_si128(_mm_xor_si128(entry[2], wanted), mask);
  const __m128i d = _mm_and_si128(_mm_xor_si128(entry[3], wanted), mask);
  // Each entry's differences in 32 bits: packing saturates, so what is not zero stays so.
  const __m128i all = _mm_packs_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d));
  const __m128i equal = _mm_cmpeq_epi32(all, _mm_setzero_si128());
  return (uint32_t)__builtin_ctz((uint32_t)_mm_movemask_ps(_mm_castsi128_ps(equal)) | 16);
#else
  const uint64_t *word = (const uint64_t *)line;
  const uint32_t a = (((word[0] ^ low) & low_mask) | ((word[1] ^ high) & high_mask)) == 0;
  const uint32_t b = (((word[2] ^ low) & low_mask) | ((word[3] ^ high) & high_mask)) == 0;
  const uint32_t c = (((word[4] ^ low) & low_mask) | ((word[5] ^ high) & high_mask)) == 0;
  const uint32_t d = (((word[6] ^ low) & low_mask) | ((word[7] ^ high) & high_mask)) == 0;
  return (uint32_t)__builtin_ctz(a | b << 1 | c << 2 | d << 3 | 16);
#endif
}

SLUICE_HOT uint64_t sluice_tsc(void) { return rte_rdtsc(); }

SLUICE_HOT void sluice_pause(void) { rte_pause(); }

// For `idle: sleep` only; a system call.
__attribute__((swift_attr("@_noLocks"))) void sluice_sleep_microseconds(uint32_t microseconds);

SLUICE_HOT uint32_t sluice_ring_enqueue(void *ring, void *const *objects, uint32_t count) {
  return rte_ring_enqueue_burst((struct rte_ring *)ring, objects, count, NULL);
}

SLUICE_HOT uint32_t sluice_ring_dequeue(void *ring, void **objects, uint32_t count) {
  return rte_ring_dequeue_burst((struct rte_ring *)ring, objects, count, NULL);
}

SLUICE_HOT void sluice_qsbr_quiescent(void *qsbr, uint32_t thread) {
  rte_rcu_qsbr_quiescent((struct rte_rcu_qsbr *)qsbr, thread);
}
