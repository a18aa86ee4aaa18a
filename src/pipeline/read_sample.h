// Reading one sample, the way a framework's worker does: open, read to the end, close; or a range of a packed
// file.
#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "pipeline/job.h"
#include "pipeline/task.h"
#include "pipeline/world.h"
#include "workload/access.h"

namespace aforo {

// What the readers of one lane share: only that lane's thread touches it while the job runs.
struct LaneState {
  ReaderStats stats;
  Random random{0};
};

// Shards opened in one epoch, of all ranks, so that a fault is counted once and a faulty shard not opened
// again. A shard whose records are dealt to all ranks counts for each of them. Home only.
enum class ShardSeen { kReading, kSound, kFaulty };
struct ShardsSeen {
  std::uint64_t epoch = 0;
  std::map<std::pair<std::uint32_t, FileId>, ShardSeen> shards;  // by rank (0 where a shard is one rank's)
};

// What every reader of a job can see. `lanes[i]` belongs to lane i; `ending` is shared; the rest is
// read-only.
template <World W>
struct ReadContext {
  W& world;
  const JobPlan& plan;
  std::vector<LaneState>& lanes;
  std::atomic<bool> ending{false};  // readers give up at the next sample; set by stop() and by a fatal fault
  std::function<void()> on_fatal = {};  // called on home once a reader came home because of a fatal fault

  ShardsSeen seen = {};

  // The place of a rank among the ranks here.
  std::uint32_t place_of(std::uint32_t rank) const { return rank - plan.ranks.first; }

  void fault(LaneState& lane, FaultExample example) {
    lane.stats.fault(std::move(example));
    if (!plan.skip_errors) ending.store(true, std::memory_order_relaxed);
  }
};

// The batch that `sample` was for has no memory to go to.
inline FaultExample no_memory(const JobPlan& plan, SampleId sample) {
  return {ReadFault::kRead, plan.layout->locate(sample).file, sample, ENOMEM, "no memory for the batch"};
}

namespace read_detail {

inline ReadFault classify(int error, bool opening) {
  if (error == ETIMEDOUT) return ReadFault::kTimeout;
  const bool of_open = error == ENOENT || error == EACCES || error == ENOTDIR || error == ELOOP ||
                       error == EMFILE || error == ENFILE || error == EPERM || error == ENAMETOOLONG ||
                       error == EISDIR;
  return opening || of_open ? ReadFault::kOpen : ReadFault::kRead;
}

inline std::string short_by(std::uint64_t expected, std::uint64_t got) {
  return "expected " + std::to_string(expected) + " bytes, read " + std::to_string(got);
}

// Collects what one sample read did, then files it under the lane's statistics.
template <World W>
struct SampleAttempt {
  ReadContext<W>& context;
  LaneState& lane;
  SampleId sample;
  SampleLocation at;
  Seconds begin;
  std::uint64_t bytes = 0;
  int error = 0;
  bool opening = false;

  bool finish(std::span<const std::byte> content) {
    ReaderStats& stats = lane.stats;
    const Seconds took = context.world.now() - begin;
    stats.busy += took;
    stats.bytes += bytes;
    stats.sample_read.add(took);
    if (error) {
      stats.failing += took;
      context.fault(lane, {classify(error, opening), at.file, sample, error, ""});
      return false;
    }
    if (bytes < at.length) {
      context.fault(lane, {ReadFault::kShort, at.file, sample, 0, short_by(at.length, bytes)});
      return false;
    }
    if (context.plan.check && !content.empty()) {
      if (auto proof = context.plan.check(sample, content); !proof) {
        context.fault(lane, {ReadFault::kCorrupt, at.file, sample, 0, proof.error()});
        return false;
      }
      ++stats.verified;
    }
    ++stats.samples;
    return true;
  }
};

// Request after request of `length` bytes from `offset`; `next(offset, length)` makes one. Contents are kept
// only for a check.
template <World W, class Next, class Memory>
Task<> read_in_requests(SampleAttempt<W>& attempt, std::uint64_t offset, std::uint64_t length, Next next,
                        Memory* into, std::vector<std::byte>& kept) {
  const std::uint64_t request = request_size(attempt.context.plan.loader);
  while (attempt.bytes < length) {
    const std::uint64_t want = std::min(request, length - attempt.bytes);
    auto read = co_await next(offset + attempt.bytes, want);
    ++attempt.lane.stats.requests;
    if ((attempt.error = read.error())) co_return;
    attempt.bytes += read.bytes();
    if (into) into->append(read.data());
    if (attempt.context.plan.check) kept.insert(kept.end(), read.data().begin(), read.data().end());
    if (read.bytes() < want) co_return;
  }
}

template <World W, class Memory>
Task<bool> read_large(SampleAttempt<W> attempt, LaneId lane, Memory* into) {
  W& world = attempt.context.world;
  std::vector<std::byte> kept;
  if (attempt.at.whole_file) {
    auto file = co_await world.open(lane, attempt.at.file);
    if ((attempt.error = file.error())) {
      attempt.opening = true;
      co_return attempt.finish({});
    }
    auto next = [&](std::uint64_t offset, std::uint64_t want) {
      return world.read(lane, file, offset, want);
    };
    co_await read_in_requests(attempt, 0, attempt.at.length, next, into, kept);
    co_await world.close(lane, file);
  } else {
    auto next = [&](std::uint64_t offset, std::uint64_t want) {
      return world.read_at(lane, attempt.at.file, offset, want);
    };
    co_await read_in_requests(attempt, attempt.at.offset, attempt.at.length, next, into, kept);
  }
  co_return attempt.finish(kept);
}

}  // namespace read_detail

// The CPU work that the workload asks for per sample (or, of streams, per request).
template <World W>
Task<> prepare(ReadContext<W>& context, LaneId lane, LaneState& state) {
  const Law& law = context.plan.loader.preprocess;
  const Seconds begin = context.world.now();
  co_await context.world.use_cpu(lane, Seconds{draw(law, state.random)});
  state.stats.preparing += context.world.now() - begin;
}

// The samples of a worker's share of a batch in one operation, for worlds that can.
template <class W, class Locate>
requires ReadsSlices<W> Task<> read_at_once(ReadContext<W>& context, LaneId lane, std::uint64_t samples,
                                            Locate locate) {
  ReaderStats& stats = context.lanes[lane].stats;
  const Seconds begin = context.world.now();
  const auto read = co_await context.world.read_slice(lane, samples, locate);
  const Seconds took = context.world.now() - begin;
  stats.busy += took;
  stats.bytes += read.bytes();
  stats.requests += samples;
  stats.samples += samples;
  stats.sample_read.add(took / static_cast<double>(samples), static_cast<std::uint32_t>(samples));
}

// Reads `sample` on `lane` (the caller already runs there). True if it came whole (and, where asked, proved
// right); otherwise the fault is counted and named in the lane's statistics. `into`: batch memory, or null.
template <World W, class Memory>
Task<bool> read_sample(ReadContext<W>& context, LaneId lane, SampleId sample, Memory* into) {
  W& world = context.world;
  LaneState& state = context.lanes[lane];
  const SampleLocation at = context.plan.layout->locate(sample);
  if constexpr (ReadsSlices<W>) {
    if (into == nullptr && world.reads_slices()) {
      const auto locate = [&at](std::uint64_t) { return at; };
      co_await read_at_once(context, lane, 1, locate);
      if (context.plan.loader.preprocess.mean > 0) co_await prepare(context, lane, state);
      co_return true;
    }
  }
  const bool fits = is_one_request(context.plan.loader, at.length);
  read_detail::SampleAttempt<W> attempt{context, state, sample, at, world.now()};
  bool whole = false;
  if (!fits) {
    whole = co_await read_detail::read_large(std::move(attempt), lane, into);
  } else if (at.whole_file) {
    auto read = co_await world.read_file(lane, at.file, at.length);
    ++state.stats.requests;
    attempt.error = read.error();
    attempt.bytes = read.bytes();
    if (into && !attempt.error) into->append(read.data());
    whole = attempt.finish(read.data());
  } else {
    auto read = co_await world.read_at(lane, at.file, at.offset, at.length);
    ++state.stats.requests;
    attempt.error = read.error();
    attempt.bytes = read.bytes();
    if (into && !attempt.error) into->append(read.data());
    whole = attempt.finish(read.data());
  }
  if (context.plan.loader.preprocess.mean > 0) co_await prepare(context, lane, state);
  co_return whole;
}

}  // namespace aforo
