// Which sample is read when: the order of every epoch, computed point by point, never stored.
//
// Shuffled epochs follow PyTorch's DistributedSampler: one permutation of all samples per epoch, dealt to the
// ranks in turn, so that ranks are disjoint and together cover every sample once. When a run asks for more
// steps than the dataset has, the data is permuted anew (a further pass) and dealt on. Immutable,
// thread-safe, O(1) memory.
//
// With 2 ranks and batches of 2, places of the permutation are consumed so:
//
//             step 0   step 1
//   rank 0    0, 2     4, 6
//   rank 1    1, 3     5, 7
#pragma once

#include <cstdint>

#include "base/random.h"
#include "dataset/layout.h"
#include "workload/spec.h"

namespace aforo {

// Loaders of single samples ask it; shards read front to back have an order of their own
// (stream_loader.h).
class Sampler {
 public:
  // samples, ranks, batch >= 1.
  Sampler(std::uint64_t samples, std::uint32_t ranks, std::uint64_t batch, ShuffleKind shuffle,
          std::uint64_t seed)
      : samples_(samples), ranks_(ranks), batch_(batch), shuffle_(shuffle), seed_(seed) {}

  // The sample at place `slot` of the batch that `rank` consumes in `step` of `epoch`.
  // Pure: readers ask for any place in any order, on any lane, as often as they like. Global place
  // p = (step * batch + slot) * ranks + rank; its sample is permutation(seed, epoch, p / samples)(p
  // mod samples), or p mod samples itself where nothing is shuffled. The Permutation is made at
  // every call: a few hashes, no table, so a billion samples cost what ten do.
  SampleId at(std::uint64_t epoch, std::uint32_t rank, std::uint64_t step, std::uint64_t slot) const {
    const std::uint64_t position = (step * batch_ + slot) * ranks_ + rank;
    const std::uint64_t pass = position / samples_;
    const std::uint64_t index = position % samples_;
    if (shuffle_ == ShuffleKind::kNone) return index;
    return Permutation(samples_, mix64(seed_, epoch, pass))(index);
  }

 private:
  std::uint64_t samples_;
  std::uint32_t ranks_;
  std::uint64_t batch_;
  ShuffleKind shuffle_;
  std::uint64_t seed_;
};

}  // namespace aforo
