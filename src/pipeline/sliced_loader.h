// SlicedLoader: random access to samples, with the concurrency of each framework.
//
// Every batch is cut into `slices`, read side by side; batches are dealt to `groups`, worked on side by side;
// at most `window` batches are ahead of the accelerator. One coroutine per (slice, group) reads its samples
// one after another:
//
//   pytorch      slices 1, groups W, window W x prefetch  a worker builds a whole batch alone (DataLoader:
//   batch k goes
//                                                         to worker k mod W, a new index is issued per batch
//                                                         consumed)
//   pytorch, 0   slices 1, groups 1, on demand            the rank itself loads when it asks
//   tensorflow   slices W, groups 1, window prefetch + 1  Dataset.map(read,
//   num_parallel_calls=W).batch().prefetch() ideal        slices B, groups prefetch, window prefetch   every
//   sample of the window is in flight
//
// A reader stays on its lane while the window has room and comes home only to deliver the last slice of a
// batch or to wait. Shared between lanes: the limit and the slice counters (atomics); all else belongs to
// home.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "pipeline/loader.h"
#include "pipeline/read_sample.h"
#include "pipeline/sampler.h"
#include "pipeline/sync.h"

namespace aforo {

struct Slicing {
  std::uint32_t slices = 1;
  std::uint32_t groups = 1;
  std::uint64_t window = 1;
  bool on_demand = false;
};

inline Slicing slicing_of(const LoaderSpec& loader) {
  const auto at_least_one = [](std::uint64_t n) { return std::max<std::uint64_t>(n, 1); };
  const auto batch = static_cast<std::uint32_t>(loader.batch_size);
  switch (loader.framework) {
    case Framework::kPytorch:
      if (loader.workers == 0) return {1, 1, 1, true};
      return {1, loader.workers, loader.workers * at_least_one(loader.prefetch), false};
    case Framework::kTensorflow:
      return {std::min<std::uint32_t>(static_cast<std::uint32_t>(at_least_one(loader.workers)), batch), 1,
              loader.prefetch + std::uint64_t{1}, false};
    case Framework::kIdeal:
      return {batch, static_cast<std::uint32_t>(at_least_one(loader.prefetch)), at_least_one(loader.prefetch),
              false};
  }
  return {};
}

template <World W>
class SlicedLoader final : public Loader {
 public:
  // `first_reader` numbers this rank's readers over the whole job: it spreads them evenly over the lanes.
  SlicedLoader(ReadContext<W>& context, const Sampler& sampler, std::uint32_t rank,
               std::uint64_t first_reader)
      : context_(context),
        sampler_(sampler),
        rank_(rank),
        first_reader_(first_reader),
        slicing_(slicing_of(context.plan.loader)),
        slots_(slicing_.window),
        parked_(readers()) {
    for (auto& slot : slots_) slot.memory.resize(slicing_.slices);
  }

  std::uint32_t readers() const { return slicing_.slices * slicing_.groups; }

  void start_epoch(std::uint64_t epoch) override {
    epoch_ = epoch;
    consumed_ = 0;
    for (auto& slot : slots_) reset(slot);
    limit_.store(slicing_.on_demand ? 0 : slicing_.window, std::memory_order_release);
    running_.add(readers());
    for (std::uint32_t g = 0; g < slicing_.groups; ++g)
      for (std::uint32_t s = 0; s < slicing_.slices; ++s) spawn(reader(s, g), [this] { running_.done(); });
  }

  Task<LoadedBatch> next() override {
    if (slicing_.on_demand) raise_limit(consumed_ + 1);
    Slot& slot = slots_[consumed_ % slots_.size()];
    while (!slot.ready && !stopping_) co_await ready_.wait();
    if (stopping_) co_return LoadedBatch{};
    LoadedBatch batch{true, slot.whole.load(std::memory_order_relaxed)};
    reset(slot);
    ++consumed_;
    if (!slicing_.on_demand) raise_limit(consumed_ + slicing_.window);
    co_return batch;
  }

  void stop() override {
    stopping_ = true;
    limit_.store(~std::uint64_t{0}, std::memory_order_release);
    for (auto& signal : parked_) signal.notify();
    ready_.notify();
  }

  Task<> drained() override { co_await running_.wait(); }

 private:
  using Memory = decltype(std::declval<W&>().new_batch(LaneId{}, std::uint64_t{}));

  struct Slot {
    std::atomic<std::uint32_t> remaining{0};  // slices not yet read
    std::atomic<std::uint64_t> whole{0};
    bool ready = false;
    std::vector<Memory> memory;
  };

  void reset(Slot& slot) {
    slot.remaining.store(slicing_.slices, std::memory_order_relaxed);
    slot.whole.store(0, std::memory_order_relaxed);
    slot.ready = false;
    for (auto& memory : slot.memory) memory = Memory{};
  }

  void raise_limit(std::uint64_t limit) {
    limit_.store(limit, std::memory_order_release);
    const auto group = static_cast<std::uint32_t>((limit - 1) % slicing_.groups);
    for (std::uint32_t s = 0; s < slicing_.slices; ++s) parked_[group * slicing_.slices + s].notify();
  }

  // One reader's epoch: batches group, group + groups, ...; places slice, slice + slices, ... of each.
  Task<> reader(std::uint32_t slice, std::uint32_t group) {
    const std::uint32_t id = group * slicing_.slices + slice;
    const LaneId lane = context_.world.lane_of(rank_, first_reader_ + id);
    bool home = true;
    for (std::uint64_t k = group; k < context_.plan.steps; k += slicing_.groups) {
      if (k >= limit_.load(std::memory_order_acquire)) {
        if (!home) co_await context_.world.go_home();
        home = true;
        while (k >= limit_.load(std::memory_order_relaxed)) co_await parked_[id].wait();
      }
      if (home) co_await context_.world.enter_lane(lane);
      home = false;
      Slot& slot = slots_[k % slots_.size()];
      co_await read_slice(slot, lane, slice, k);
      if (ending()) break;
      if (slot.remaining.fetch_sub(1, std::memory_order_acq_rel) != 1) continue;
      co_await context_.world.go_home();
      home = true;
      slot.ready = true;
      if (k == consumed_) ready_.notify();
    }
    if (!home) co_await context_.world.go_home();
    if (ending() && !stopping_) context_.on_fatal();
  }

  // Asked on lanes too.
  bool ending() const {
    return stopping_.load(std::memory_order_relaxed) || context_.ending.load(std::memory_order_relaxed);
  }

  Task<> read_slice(Slot& slot, LaneId lane, std::uint32_t slice, std::uint64_t k) {
    const LoaderSpec& loader = context_.plan.loader;
    Memory* into = nullptr;
    if (loader.deliver == Deliver::kBatch) {
      std::uint64_t bytes = 0;
      for (std::uint64_t b = slice; b < loader.batch_size; b += slicing_.slices)
        bytes += context_.plan.layout->locate(sampler_.at(epoch_, rank_, k, b)).length;
      slot.memory[slice] = context_.world.new_batch(lane, bytes);
      into = &slot.memory[slice];
      if (into->failed()) {
        context_.fault(context_.lanes[lane], no_memory(context_.plan, sampler_.at(epoch_, rank_, k, slice)));
        co_return;
      }
    }
    if constexpr (ReadsSlices<W>) {
      if (into == nullptr && context_.world.reads_slices() && loader.preprocess.mean <= 0) {
        const std::uint64_t samples = (loader.batch_size - slice + slicing_.slices - 1) / slicing_.slices;
        const auto locate = [this, slice, k](std::uint64_t i) {
          return context_.plan.layout->locate(sampler_.at(epoch_, rank_, k, slice + i * slicing_.slices));
        };
        co_await read_at_once(context_, lane, samples, locate);
        slot.whole.fetch_add(samples, std::memory_order_relaxed);
        co_return;
      }
    }
    std::uint64_t whole = 0;
    for (std::uint64_t b = slice; b < loader.batch_size; b += slicing_.slices) {
      if (ending()) co_return;
      whole += co_await read_sample(context_, lane, sampler_.at(epoch_, rank_, k, b), into);
    }
    slot.whole.fetch_add(whole, std::memory_order_relaxed);
  }

  ReadContext<W>& context_;
  const Sampler& sampler_;
  const std::uint32_t rank_;
  const std::uint64_t first_reader_;
  const Slicing slicing_;
  std::vector<Slot> slots_;
  std::vector<Signal> parked_;
  Signal ready_;
  WaitGroup running_;
  std::uint64_t epoch_ = 0;
  std::uint64_t consumed_ = 0;
  std::atomic<std::uint64_t> limit_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace aforo
