// SlicedLoader: random access to samples, with the concurrency of each framework.
//
// Every batch is cut into `slices`, read side by side; batches are dealt to `groups`, worked on side by side;
// at most `window` batches are ahead of the accelerator. One coroutine per (slice, group) reads its samples
// one after another. The Access says how many (groups = producers, slices = readers per batch):
//
//   by worker    slices 1, groups W, window W x P   a worker builds a whole batch alone (torch DataLoader):
//                                                   batch k goes to worker k mod W, and a new index is issued
//                                                   per batch consumed
//   on demand    slices 1, groups 1                 the rank itself loads when it asks
//   batch whole  slices B, groups P, window P       every sample of the window is in flight
//
// A reader stays on a lane while the window has room and comes home only to deliver the last slice of a
// batch or to wait; between samples it goes over to a lane with fewer readers, as the kernel moves processes
// to idle cores. Shared between lanes: the limit and the slice counters (atomics); all else belongs to
// home.
//
// Memory, where batches are delivered: the window's, `window` x batch per rank, and each goes when
// it is consumed. Where nothing is delivered, two counters per batch.
//
// A batch that a fault ends early (errors may not be skipped) is never ready: the rank that waits
// for it is released by `stop`.
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

// What carries over from the frameworks: a torch worker that is slow delays its own batch only, but
// batches are consumed in order, so the rank waits for it while others stand ready; a worker never
// helps another with a batch. Epochs begin empty: no batch of the next one is read before the last
// of this one was consumed.
template <World W>
class SlicedLoader final : public Loader {
 public:
  // `first_reader` numbers this rank's readers over the whole job: it spreads them evenly over the lanes.
  SlicedLoader(ReadContext<W>& context, const Access& access, const Sampler& sampler, std::uint32_t rank,
               std::uint64_t first_reader)
      : context_(context),
        sampler_(sampler),
        rank_(rank),
        first_reader_(first_reader),
        slices_(static_cast<std::uint32_t>(access.readers_per_batch())),
        groups_(static_cast<std::uint32_t>(access.producers)),
        window_(access.window_batches),
        on_demand_(access.order == BatchOrder::kOnDemand),
        slots_(window_),
        parked_(access.readers) {
    if (context.plan.loader.deliver == Deliver::kBatch)
      for (auto& slot : slots_) slot.memory.resize(slices_);
  }

  // Every slot is free again, as the epoch before was consumed: the memory of its batches went with
  // them.
  void start_epoch(std::uint64_t epoch) override {
    epoch_ = epoch;
    consumed_ = 0;
    for (auto& slot : slots_) reset(slot);
    limit_.store(on_demand_ ? 0 : window_, std::memory_order_release);
    running_.add(parked_.size());
    for (std::uint32_t g = 0; g < groups_; ++g)
      for (std::uint32_t s = 0; s < slices_; ++s) spawn(reader(s, g), [this] { running_.done(); });
  }

  Task<LoadedBatch> next() override {
    if (on_demand_) raise_limit(consumed_ + 1);
    Slot& slot = slots_[consumed_ % slots_.size()];
    const bool waited = !slot.ready;
    while (!slot.ready && !stopping_) co_await ready_.wait();
    if (stopping_) co_return LoadedBatch{};
    LoadedBatch batch{true, slot.whole.load(std::memory_order_relaxed), waited};
    reset(slot);
    ++consumed_;
    if (!on_demand_) raise_limit(consumed_ + window_);
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

  // A batch of the window; batch k lies in slot k mod window. While it is read, slices belong to
  // the lanes that read them, and the counters are shared; once `ready`, all of it is home's.
  struct Slot {
    // Slices not yet read. Who takes the last one brings the batch home.
    std::atomic<std::uint32_t> remaining{0};
    // Samples that came whole, of all slices.
    std::atomic<std::uint64_t> whole{0};
    bool ready = false;
    // By slice; empty where nothing is delivered. A slice is a worker's own piece: no two lanes
    // write into one.
    std::vector<Memory> memory;
  };

  void reset(Slot& slot) {
    slot.remaining.store(slices_, std::memory_order_relaxed);
    slot.whole.store(0, std::memory_order_relaxed);
    slot.ready = false;
    for (auto& memory : slot.memory) memory = Memory{};
  }

  // The slot that comes next and who is woken for it; then its frame and what its lane asks first.
  void fetch_behind(int stage) const override {
    const auto reader = static_cast<std::uint32_t>((consumed_ + window_) % groups_) * slices_;
    if (stage == 1) {
      __builtin_prefetch(&slots_[consumed_ % slots_.size()], 1);
      __builtin_prefetch(&parked_[reader], 1);
      return;
    }
    if (stage == 2) parked_[reader].prefetch();
    if constexpr (FetchesLanes<W>)
      context_.world.fetch_lane(context_.world.lane_of(context_.place_of(rank_), first_reader_ + reader),
                                stage - 2);
  }

  // Batches below `limit` may be read. At most one more than before: the readers of that batch
  // alone are woken.
  void raise_limit(std::uint64_t limit) {
    limit_.store(limit, std::memory_order_release);
    const auto group = static_cast<std::uint32_t>((limit - 1) % groups_);
    for (std::uint32_t s = 0; s < slices_; ++s) parked_[group * slices_ + s].notify();
  }

  // One reader's epoch: batches group, group + groups, ...; places slice, slice + slices, ... of each.
  Task<> reader(std::uint32_t slice, std::uint32_t group) {
    const std::uint32_t id = group * slices_ + slice;
    LaneId lane = context_.world.lane_of(context_.place_of(rank_), first_reader_ + id);
    bool home = true;
    for (std::uint64_t k = group; k < context_.plan.steps; k += groups_) {
      if (k >= limit_.load(std::memory_order_acquire)) {
        if (!home) co_await context_.world.go_home();
        home = true;
        while (k >= limit_.load(std::memory_order_relaxed)) co_await parked_[id].wait();
      }
      if (home) co_await context_.world.enter_lane(lane = context_.world.less_busy(lane));
      home = false;
      Slot& slot = slots_[k % slots_.size()];
      bool read = false;
      if constexpr (ReadsSlices<W>) {
        if (reads_at_once()) {  // here, not in a coroutine of its own: there may be a million readers
          const std::uint64_t samples = samples_of(slice);
          const Place place{*this, slice, k};
          const Seconds begin = context_.world.now();
          const auto all = co_await context_.world.read_slice(lane, samples, place);
          // One for all lanes, where a single thread runs them.
          ReaderStats& stats = context_.lanes[RunsOnOneThread<W> ? 0 : lane].stats;
          count_slice(stats, samples, all.bytes(), context_.world.now() - begin);
          add(slot.whole, samples);
          read = true;
        }
      }
      if (!read) co_await read_slice(slot, lane, slice, k);
      if (ending()) break;
      if (add(slot.remaining, ~std::uint32_t{0}) != 1) continue;
      co_await context_.world.go_home();
      home = true;
      slot.ready = true;
      if (k == consumed_) ready_.notify();
    }
    if (!home) co_await context_.world.go_home();
    if (ending() && !stopping_) context_.on_fatal();
  }

  // What was there before. A single thread need not lock the memory.
  template <class T>
  static T add(std::atomic<T>& to, T n) {
    if constexpr (!RunsOnOneThread<W>) return to.fetch_add(n, std::memory_order_acq_rel);
    const T before = to.load(std::memory_order_relaxed);
    to.store(before + n, std::memory_order_relaxed);
    return before;
  }

  // Asked on lanes too.
  bool ending() const {
    return stopping_.load(std::memory_order_relaxed) || context_.ending.load(std::memory_order_relaxed);
  }

  // Where the World can read a slice in one operation, and nothing has to happen between its samples.
  bool reads_at_once() const {
    const LoaderSpec& loader = context_.plan.loader;
    return loader.client == Client::kNone && loader.deliver != Deliver::kBatch &&
           loader.preprocess.mean <= 0 && context_.world.reads_slices();
  }
  std::uint64_t samples_of(std::uint32_t slice) const {
    return (context_.plan.loader.batch_size - slice + slices_ - 1) / slices_;
  }
  // Where the i-th sample of a slice of batch k lies.
  struct Place {
    const SlicedLoader& loader;
    std::uint32_t slice;
    std::uint64_t k;
    void fetch() const { __builtin_prefetch(&loader); }
    SampleLocation operator()(std::uint64_t i) const {
      const std::uint64_t slot = slice + i * loader.slices_;
      return loader.context_.plan.layout->located(loader.sampler_.at(loader.epoch_, loader.rank_, k, slot));
    }
  };

  // On the lane: this slice's samples of batch k, one after another; `lane` is where it ends. No memory for
  // them is a fault of the first one and leaves the rest unread.
  Task<> read_slice(Slot& slot, LaneId& lane, std::uint32_t slice, std::uint64_t k) {
    const LoaderSpec& loader = context_.plan.loader;
    Memory* into = nullptr;
    if (loader.deliver == Deliver::kBatch) {
      std::uint64_t bytes = 0;
      for (std::uint64_t b = slice; b < loader.batch_size; b += slices_)
        bytes += context_.plan.layout->locate(sampler_.at(epoch_, rank_, k, b)).length;
      slot.memory[slice] = context_.world.new_batch(lane, bytes);
      into = &slot.memory[slice];
      if (into->failed()) {
        context_.fault(context_.lanes[lane], no_memory(context_.plan, sampler_.at(epoch_, rank_, k, slice)));
        co_return;
      }
    }
    std::uint64_t whole = 0;
    for (std::uint64_t b = slice; b < loader.batch_size; b += slices_) {
      if (ending()) co_return;
      if constexpr (!RunsOnOneThread<W>) {
        const LaneId next = context_.world.less_busy(lane);
        if (next != lane) co_await context_.world.enter_lane(lane = next);
      }
      whole += co_await read_sample(context_, lane, sampler_.at(epoch_, rank_, k, b), into);
    }
    slot.whole.fetch_add(whole, std::memory_order_relaxed);
  }

  ReadContext<W>& context_;
  const Sampler& sampler_;
  const std::uint32_t rank_;
  const std::uint64_t first_reader_;
  // readers = slices x groups.
  const std::uint32_t slices_, groups_;
  const std::uint64_t window_;  // batches
  const bool on_demand_;
  std::uint64_t epoch_ = 0;
  FrameVector<Slot> slots_;
  // By reader (group x slices + slice): where it waits, at home, for the limit.
  FrameVector<Signal> parked_;
  Signal ready_;
  WaitGroup running_;
  // Batches handed out in this epoch; limit_ <= consumed_ + window_, so no slot is written before
  // it is free.
  std::uint64_t consumed_ = 0;
  // Written at home, read on lanes. After `stop` it is above every batch: whoever asks goes on, and
  // sees the end.
  std::atomic<std::uint64_t> limit_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace aforo
