// MapLoader: one file per sample the way tf.data reads it.
//
//   list_files -> map(read, num_parallel_calls = W, deterministic) -> batch -> prefetch
//
// W reads at a time, across batch borders. Results leave the map in order, so a slow read lets at most W - 1
// others begin behind it; when the prefetch buffer is full, W results more are held. All of a rank's
// bookkeeping is home's: a reader comes home after every sample.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "pipeline/loader.h"
#include "pipeline/read_sample.h"
#include "pipeline/sampler.h"
#include "pipeline/sync.h"

namespace aforo {

// Elements are samples numbered through an epoch of this rank: element e is place e mod B of batch
// e / B. The map begins an element only while it is below
//
//   min(head, (consumed + prefetch) B) + W
//
// with `head` the first element that is not done: W results may be finished out of order behind it
// (deterministic = true), and what the prefetch buffer does not hold waits in the map. Source:
// tf.data's ParallelMap, which keeps num_parallel_calls results, done or not, in order.
//
// What a reader costs: two moves per sample, where SlicedLoader stays on its lane. This is the
// price of one order shared by all readers, and it needs no atomics: everything but a read itself
// is home's.
template <World W>
class MapLoader final : public Loader {
 public:
  MapLoader(ReadContext<W>& context, const Access& access, const Sampler& sampler, std::uint32_t rank,
            std::uint64_t first_reader)
      : context_(context),
        sampler_(sampler),
        rank_(rank),
        first_reader_(first_reader),
        parallel_(static_cast<std::uint32_t>(access.readers)),
        batch_(context.plan.loader.batch_size),
        prefetch_(access.window_batches),
        done_(parallel_),
        whole_(prefetch_ + 1 + parallel_ / batch_ + 1),
        parked_(parallel_) {}

  void start_epoch(std::uint64_t epoch) override {
    epoch_ = epoch;
    next_ = head_ = consumed_ = 0;
    std::fill(done_.begin(), done_.end(), false);
    std::fill(whole_.begin(), whole_.end(), 0);
    running_.add(parallel_);
    for (std::uint32_t j = 0; j < parallel_; ++j) spawn(reader(j), [this] { running_.done(); });
  }

  // The batch is whole in order: all elements before its end are done, failed ones too.
  Task<LoadedBatch> next() override {
    const bool waited = head_ < (consumed_ + 1) * batch_;
    while (head_ < (consumed_ + 1) * batch_ && !stopping_) co_await ready_.wait();
    if (stopping_) co_return LoadedBatch{};
    std::uint64_t& whole = whole_[consumed_ % whole_.size()];
    LoadedBatch batch{true, whole, waited};
    whole = 0;
    ++consumed_;
    admit();
    co_return batch;
  }

  void stop() override {
    stopping_ = true;
    for (auto& signal : parked_) signal.notify();
    ready_.notify();
  }

  Task<> drained() override { co_await running_.wait(); }

 private:
  // Elements of an epoch.
  std::uint64_t total() const { return context_.plan.steps * batch_; }
  // Elements from here on must not be begun yet.
  std::uint64_t limit() const {
    return std::min(std::min(head_, (consumed_ + prefetch_) * batch_) + parallel_, total());
  }
  bool ending() const { return stopping_ || context_.ending.load(std::memory_order_relaxed); }

  // Wakes as many parked readers as there is room for (all of them at the end).
  void admit() {
    std::uint64_t room = limit() > next_ ? limit() - next_ : 0;
    for (auto& signal : parked_) {
      if (room == 0 && next_ < total()) return;
      if (!signal.waiting()) continue;
      signal.notify();
      if (room) --room;
    }
  }

  // One of W, for one epoch: takes the next element, reads it on its lane, comes home with it.
  // Where the job ends by a fault it says so at home, once.
  Task<> reader(std::uint32_t j) {
    LaneId lane = context_.world.lane_of(context_.place_of(rank_), first_reader_ + j);
    while (!ending()) {
      while (next_ >= limit() && next_ < total() && !ending()) co_await parked_[j].wait();
      if (next_ >= total() || ending()) break;
      const std::uint64_t element = next_++;
      co_await context_.world.enter_lane(lane = context_.world.less_busy(lane));
      const bool whole = co_await read_element(lane, element);
      co_await context_.world.go_home();
      finish(element, whole);
    }
    if (context_.ending.load(std::memory_order_relaxed) && !stopping_) context_.on_fatal();
  }

  // On the lane. Batch memory is one sample's: a batch's bytes come in separate pieces, as a map's
  // results do.
  Task<bool> read_element(LaneId lane, std::uint64_t element) {
    const SampleId sample = sampler_.at(epoch_, rank_, element / batch_, element % batch_);
    if (context_.plan.loader.deliver != Deliver::kBatch)
      co_return co_await read_sample(context_, lane, sample, static_cast<Memory*>(nullptr));
    Memory memory = context_.world.new_batch(lane, context_.plan.layout->locate(sample).length);
    if (memory.failed()) {
      context_.fault(context_.lanes[lane], no_memory(context_.plan, sample));
      co_return false;
    }
    co_return co_await read_sample(context_, lane, sample, &memory);
  }

  // At home: moves `head_` over all that is done, and lets begin what there is now room for.
  void finish(std::uint64_t element, bool whole) {
    done_[element % parallel_] = true;
    whole_[element / batch_ % whole_.size()] += whole;
    const std::uint64_t before = head_;
    while (head_ < next_ && done_[head_ % parallel_]) done_[head_++ % parallel_] = false;
    if (head_ / batch_ > before / batch_) ready_.notify();
    admit();
  }

  using Memory = decltype(std::declval<W&>().new_batch(LaneId{}, std::uint64_t{}));

  ReadContext<W>& context_;
  const Sampler& sampler_;
  const std::uint32_t rank_;
  const std::uint64_t first_reader_;
  const std::uint32_t parallel_;
  const std::uint64_t batch_, prefetch_;
  // Ring of elements [head_, head_ + parallel_).
  std::vector<bool> done_;
  // Ring by batch: samples that came whole so far. As long as batches can be begun and not
  // consumed.
  std::vector<std::uint64_t> whole_;
  // By reader: where it waits for room.
  std::vector<Signal> parked_;
  Signal ready_;
  WaitGroup running_;
  std::uint64_t epoch_ = 0;
  // Element to be begun next; next_ - head_ <= parallel_.
  std::uint64_t next_ = 0;
  // All before it are done.
  std::uint64_t head_ = 0;
  // Batches handed out.
  std::uint64_t consumed_ = 0;
  bool stopping_ = false;
};

}  // namespace aforo
