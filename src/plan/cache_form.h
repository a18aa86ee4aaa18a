// How much of a training job's reads a cache answers, by closed forms.
//
// x is the share of the dataset's bytes that one node's cache holds; N nodes have a cache each. In a shuffled
// epoch every sample is read once in a new random order, by whichever of the N nodes draws it. Source:
// mean-field limit of many samples, own derivation, checked against a simulation of single samples
// (cache_form_test.cc); random replacement stands in for the Linux page cache under shuffled reads (Mohan et
// al., VLDB 2021, measured: tests, data/published/cache_points.csv). Hits are fractions of samples. Pure and
// thread-safe.
#pragma once

#include "base/units.h"
#include "model/storage_spec.h"

namespace aforo {

struct CacheCase {
  CachePolicy policy = CachePolicy::kRandom;
  double share = 0;  // x, [0, 1] (larger: everything fits)
  double nodes = 1;  // N >= 1; shards that stay with their node: share min(1, N x) and nodes 1
};

// Hits over an epoch in the steady state (after the first one; where the cache starts warm also in the
// first).
//   pinned  x          random  1 - N x ln(x + (1 - x) e^{1/(N x)})
//   LRU     sum over k of (1/N)(1-1/N)^{k-1} P[(1-(1-p)/N)(1-1/N)^{k-1}(1-q/N) >= 1-x], p and q uniform;
//           N = 1: x + (1 - x) ln(1 - x)
double shuffled_hits(const CacheCase& c);

// Hits at a fraction q of the epoch, [0, 1]. Random: x / (x + (1 - x) e^{q/(N x)}): it starts at x and falls,
// so the end of an epoch is bound by storage.
double shuffled_hits_at(const CacheCase& c, double q);

// The first epoch of a cache that starts empty and reads nothing twice: none. Of N nodes each reads only its
// share, so in the second epoch its cache holds what it read: shuffled_hits_at with the share min(x, 1/N).
double filled_share(double share, double nodes, bool warm, double epochs_done);

// The same order every epoch: pinned x; LRU 0 for x < 1; random: the root below 1 of h = e^{-(1-h)/x}.
double fixed_order_hits(CachePolicy policy, double share);

// Caches that serve each other: own x, others min(1, N x) - x, storage the rest.
struct PeerShares {
  double own = 0, peers = 0, storage = 0;
};
PeerShares peer_shares(double share, double nodes);

// An epoch over `dataset` that can go no faster than `demand` (accelerators or preprocessing), with misses at
// `storage` and hits at `cache` one after the other: D int max(1/demand, (1-h(q))/storage + h(q)/cache) dq.
// An infinite `cache` takes no time. Within 1e-4.
Seconds shuffled_epoch(const CacheCase& c, Bytes dataset, BytesPerSecond demand, BytesPerSecond storage,
                       BytesPerSecond cache);

}  // namespace aforo
