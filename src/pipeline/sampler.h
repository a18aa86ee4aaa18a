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

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "dataset/layout.h"
#include "workload/spec.h"

namespace aforo {

// Loaders of single samples ask it; shards read front to back have an order of their own
// (stream_loader.h).
class Sampler {
 public:
  // samples, ranks, batch >= 1.
  // `one_thread`: nobody else asks it meanwhile, so it may keep the orders of the passes that it made last.
  Sampler(std::uint64_t samples, std::uint32_t ranks, std::uint64_t batch, ShuffleKind shuffle,
          std::uint64_t seed, bool one_thread = false)
      : samples_(samples), ranks_(ranks), batch_(batch), shuffle_(shuffle), seed_(seed) {
    // Those that a step of all ranks touches, of some steps that are read side by side.
    const std::uint64_t passes = std::bit_ceil((batch * ranks / samples + 1) * 4);
    if (one_thread && passes <= kMostKept) kept_.resize(passes, {0, kNoPass, {0, 0}});
  }

  // The sample at place `slot` of the batch that `rank` consumes in `step` of `epoch`.
  // Pure: readers ask for any place in any order, on any lane, as often as they like. Global place
  // p = (step * batch + slot) * ranks + rank; its sample is permutation(seed, epoch, p / samples)(p
  // mod samples), or p mod samples itself where nothing is shuffled. The Permutation is made when it is
  // asked: a few hashes, no table, so a billion samples cost what ten do.
  SampleId at(std::uint64_t epoch, std::uint32_t rank, std::uint64_t step, std::uint64_t slot) const {
    const std::uint64_t position = (step * batch_ + slot) * ranks_ + rank;
    std::uint64_t pass = 0, index = 0;
    if ((position | samples_) >> 32 == 0) {  // the narrow division takes half the time
      pass = static_cast<std::uint32_t>(position) / static_cast<std::uint32_t>(samples_);
      index = static_cast<std::uint32_t>(position) % static_cast<std::uint32_t>(samples_);
    } else {
      pass = position / samples_;
      index = position % samples_;
    }
    if (shuffle_ == ShuffleKind::kNone) return index;
    if (kept_.empty()) return order_of(epoch, pass)(index);
    Kept& kept = kept_[pass & (kept_.size() - 1)];
    if (kept.pass != pass || kept.epoch != epoch) kept = {epoch, pass, order_of(epoch, pass)};
    return kept.order(index);
  }

 private:
  // Chosen: 200 KiB, which stay in the processor's cache; from memory they would cost as much as made anew.
  static constexpr std::uint64_t kMostKept = std::uint64_t{1} << 11, kNoPass = ~std::uint64_t{0};
  struct Kept {
    std::uint64_t epoch, pass;
    Permutation order;
  };
  Permutation order_of(std::uint64_t epoch, std::uint64_t pass) const {
    return {samples_, mix64(seed_, epoch, pass)};
  }

  std::uint64_t samples_;
  std::uint32_t ranks_;
  std::uint64_t batch_;
  ShuffleKind shuffle_;
  std::uint64_t seed_;
  // By the low bits of the pass; empty where nothing is kept. What is kept changes no answer.
  mutable std::vector<Kept> kept_;
};

}  // namespace aforo
