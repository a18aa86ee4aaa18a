// Networks that were solved already: designs of one job differ in one part and share the others, so that a
// search over designs meets most networks more than once.
//
// Found again by every number that the solution depends on, bit by bit: what is found is what would have been
// computed. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/units.h"

namespace aforo {

// The steady state of one state of the caches.
struct SolvedNetwork {
  double au = 0;
  double ratio = 0;        // of what is produced to what is consumed
  double batch_cv = 0;     // of one producer's batch
  Seconds first_batch{0};  // mean time of the first batch of an epoch, all readers at work
  // Of the first batches of all ranks that wait for each other, the expected longest over the mean.
  double longest = 1;
  double correction = 1;  // of the approximate throughput to the exact one, all readers at work
};

class SolvedNetworks {
 public:
  // The bytes of all numbers, in an order of the caller's.
  using Key = std::string;

  std::optional<SolvedNetwork> find(const Key& key) const;
  void keep(Key key, const SolvedNetwork& solved);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<Key, SolvedNetwork> solved_;
};

}  // namespace aforo
