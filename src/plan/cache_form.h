// How much of a training job's reads a cache answers, by closed forms.
//
// x is the share of the dataset's bytes that one node's cache holds; N nodes have a cache each. In
// a shuffled epoch every sample is read once in a new random order, by whichever of the N nodes
// draws it. Source: mean-field limit of many samples, own derivation, checked against a simulation
// of single samples (cache_form_test.cc). Random replacement is what was published of the page caches of whole
// servers (Mohan et al., VLDB 2021: tests, data/published/cache_points.csv); the lists of today's kernel, measured in
// control groups of up to 2.7 GB (docs/page-cache.md), answer less below 1 GiB and more in large caches of small shares.
// Hits are fractions of samples. Pure and thread-safe.
#pragma once

#include "model/storage_spec.h"

namespace aforo {

// A cache, or one for each of several nodes, under one job.
struct CacheCase {
  CachePolicy policy = CachePolicy::kRandom;
  double share = 0;                // x, [0, 1] (larger: everything fits)
  double nodes = 1;                // N >= 1; shards that stay with their node: share min(1, N x) and nodes 1
  double active_per_inactive = 1;  // page cache: model/page_cache.h
};

// Hits over an epoch in the steady state (after the first one; where the cache starts
// warm also in the first).
//
//   pinned  x          random  1 - N x ln(x + (1 - x) e^{1/(N x)})
//   LRU     sum over k of (1/N)(1-1/N)^{k-1} P[(1-(1-p)/N)(1-1/N)^{k-1}(1-q/N) >= 1-x], p and q uniform;
//           N = 1: x + (1 - x) ln(1 - x)
//   page cache  between pinned and LRU, by a table made with the simulation of its lists: within 0.03 of that
double shuffled_hits(const CacheCase& c);

// Hits at a fraction q of the epoch, [0, 1]. Random: x / (x + (1 - x) e^{q/(N x)}): it starts at x
// and falls, so the end of an epoch is bound by storage.
double shuffled_hits_at(const CacheCase& c, double q);

// Hits in the steady state of caches of random replacement that hold `held` of `dataset` bytes each, in so many
// nodes; 1 where one node holds it all.
double steady_hits(Bytes held, Bytes dataset, double nodes);

// The share that a cache holds after so many epochs: what its node read by then, 1 - (1 - 1/N)^e,
// but at most `share`; `share` from the beginning where it starts warm. Until it is full, take a
// pinned cache of that share.
double filled_share(double share, double nodes, bool warm, double epochs_done);

// What the emptiest of `storage`'s caches still lacks after so many epochs of what it will ever hold, as a
// share, [0, 1]; 0 of those that are warm or that every read passes (one node: full after one epoch).
double unfilled_share(const StorageSpec& storage, double dataset_bytes, double hosts, double epochs_done);

// The same order every epoch: pinned x; LRU and page cache 0 for x < 1; random: the root below 1 of h = e^{-(1-h)/x}.
double fixed_order_hits(CachePolicy policy, double share);

}  // namespace aforo
