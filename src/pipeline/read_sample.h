// Reading one sample, the way a framework's worker does: open, read to the end, close; or a range of a packed
// file.
//
// How a sample of `length` bytes is read, r being the request size of its loader
// (workload/access.h):
//
//   a file, one request       read_file: open, read, close in one operation
//   a file, larger            open; read, ceil(length / r) times; close
//   a range, one request      read_at
//   a range, larger           read_at, ceil(length / r) times
//
// Requests of a sample follow each other: a worker has one under way, as Python's read loop has.
// Retrying is left to the engine below: a request that failed is a sample that is lost.
//
// Nothing but frames from the pool is allocated here per sound sample; with a check, samples of
// several requests are gathered first.
#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/random.h"
#include "pipeline/client_read.h"
#include "pipeline/job.h"
#include "pipeline/task.h"
#include "pipeline/world.h"
#include "workload/access.h"

namespace aforo {

// What the readers of one lane share: only that lane's thread touches it while the job runs.
struct LaneState {
  // Of all readers there, of all ranks. Where one thread runs all lanes (RunsOnOneThread), theirs too.
  ReaderStats& stats;
  // For the CPU work per sample. Seeded by lane, so a sample's draw depends on the lane and on what
  // was read there before it.
  Random random{0};
};

// Shards opened in one epoch, of all ranks, so that a fault is counted once and a faulty shard not opened
// again. A shard whose records are dealt to all ranks counts for each of them. Home only.
// kReading: opened, not known to be sound. kSound: read to its end without a fault.
enum class ShardSeen { kReading, kSound, kFaulty };
// O(shards that were opened) in memory, one epoch's at a time.
struct ShardsSeen {
  using Key = std::pair<std::uint32_t, FileId>;  // the rank (0 where a shard is one rank's) and the shard
  struct Hash {
    std::size_t operator()(const Key& key) const { return mix64(key.first, key.second); }
  };
  std::uint64_t epoch = 0;
  std::unordered_map<Key, ShardSeen, Hash>
      shards;  // a shard may be a sample: one look-up for each that is read
};

// What every reader of a job can see. `lanes[i]` belongs to lane i; `ending` is shared; the rest is
// read-only.
// Made with the job and outlives all its coroutines. The bytes that readers share across lanes are
// these alone: one flag, and what never changes.
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

  // Counts a failure in `lane`, which is the caller's own. Where errors may not be skipped it also
  // ends the job: readers see `ending` at their next sample, and the first that comes home calls
  // `on_fatal`.
  // What was given up because the job ends has failed nobody.
  void fault(LaneState& lane, const FaultExample& example) {
    if (example.error == ECANCELED) return;
    const bool client = example.fault == ReadFault::kClient;
    lane.stats.fault(example);
    if (!plan.skip_errors || client) ending.store(true, std::memory_order_relaxed);
  }
};

// The batch that `sample` was for has no memory to go to. Nor has more to be said of it.
inline FaultExample no_memory(const JobPlan& plan, SampleId sample) {
  return {ReadFault::kClient, plan.layout->locate(sample).file, sample, ENOMEM, ""};
}

namespace read_detail {

// `opening`: it was an open that said so. A fused read does not tell which of its parts failed, so
// errnos that only an open gives count as kOpen there too.
inline ReadFault classify(int error, bool opening) {
  if (error == ETIMEDOUT) return ReadFault::kTimeout;
  if (is_of_client(error)) return ReadFault::kClient;
  const bool of_open = error == ENOENT || error == EACCES || error == ENOTDIR || error == ELOOP ||
                       error == EPERM || error == ENAMETOOLONG || error == EISDIR;
  return opening || of_open ? ReadFault::kOpen : ReadFault::kRead;
}

inline std::string short_by(std::uint64_t expected, std::uint64_t got) {
  return "expected " + std::to_string(expected) + " bytes, read " + std::to_string(got);
}

// Collects what one sample read did, then files it under the lane's statistics.
// On one lane, for one sample; lives in the frame of its reader.
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

  // Once, when the last byte is there or an error came: first error, then length, then content; the
  // first that is wrong is the sample's one fault. `content` empty = the World has no bytes, or
  // nobody keeps them: nothing is proved then. True if the sample counts as read.
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
// Ends at the first error and at the first short answer (the file's end). `into` may be null.
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

// A sample that is more than one request: a file is opened and closed around them, a packed file
// stays open. True if it came whole.
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

// What lies at [skip, skip + length) of what was read, to batch memory and a check.
template <World W, class Memory>
void keep_piece(const ClientRead<W>& read, std::uint64_t skip, std::uint64_t length, Memory* into, bool check,
                std::vector<std::byte>& kept) {
  std::uint64_t at = 0;
  read.each([&](std::span<const std::byte> data, std::uint64_t bytes) {
    const std::uint64_t begin = std::clamp(skip, at, at + bytes),
                        end = std::clamp(skip + length, at, at + bytes);
    if (!data.empty() && begin < end) {
      const auto piece = data.subspan(begin - at, end - begin);
      if (into) into->append(piece);
      if (check) kept.insert(kept.end(), piece.begin(), piece.end());
    }
    at += bytes;
  });
}

// As the client of `style` reads it: opened first where it looks an object up, in its parts, and more than is wanted where it
// reads ahead. The lane's bytes are the sample's own: what came beside them the store's counters know.
template <World W, class Memory>
Task<bool> read_as_client(SampleAttempt<W> attempt, LaneId lane, const ClientStyle& style, Memory* into) {
  W& world = attempt.context.world;
  const SampleLocation at = attempt.at;
  const std::uint64_t size = at.whole_file ? at.length : attempt.context.plan.layout->file_size(at.file);
  const ClientRange range =
      at.whole_file ? ClientRange{0, at.length} : asked_range(style, at.offset, at.length, size);
  ClientRead<W> read(style, range);
  if (at.whole_file) {
    auto file = co_await world.open(lane, at.file);
    if ((attempt.error = file.error())) {
      attempt.opening = true;
      co_return attempt.finish({});
    }
    auto next = [&](std::uint64_t offset, std::uint64_t length) {
      return world.read(lane, file, offset, length);
    };
    co_await read.run(next);
    co_await world.close(lane, file);
  } else {
    auto next = [&](std::uint64_t offset, std::uint64_t length) {
      return world.read_at(lane, at.file, offset, length);
    };
    co_await read.run(next);
  }
  attempt.lane.stats.requests += read.requests();
  attempt.error = read.error();
  const std::uint64_t skip = at.whole_file ? 0 : at.offset - range.offset;
  attempt.bytes = std::min(at.length, read.bytes() - std::min(skip, read.bytes()));
  std::vector<std::byte> kept;
  if (!attempt.error)
    keep_piece(read, skip, at.length, into, static_cast<bool>(attempt.context.plan.check), kept);
  co_return attempt.finish(kept);
}

}  // namespace read_detail

// The CPU work that the workload asks for per sample (or, of streams, per request).
// On the lane, after the sample was read, whether it came whole or not: a worker that decodes does
// not read meanwhile. Holds the reader for the time drawn, and for as long as all cores are taken.
template <World W>
Task<> prepare(ReadContext<W>& context, LaneId lane, LaneState& state) {
  const Law& law = context.plan.loader.preprocess;
  const Seconds begin = context.world.now();
  co_await context.world.use_cpu(lane, Seconds{draw(law, state.random)});
  state.stats.preparing += context.world.now() - begin;
}

// Files what World::read_slice did: the samples of a worker's share of a batch in one operation.
// All of them count as read whole: such a World has no faults. Their time is shared out evenly, so
// `sample_read` keeps its count and mean, but the spread within a slice is not seen.
inline void count_slice(ReaderStats& stats, std::uint64_t samples, std::uint64_t bytes, Seconds took) {
  stats.busy += took;
  stats.bytes += bytes;
  stats.requests += samples;
  stats.samples += samples;
  stats.sample_read.add(took / static_cast<double>(samples), static_cast<std::uint32_t>(samples));
}

// Reads `sample` on `lane` (the caller already runs there). True if it came whole (and, where asked, proved
// right); otherwise the fault is counted and named in the lane's statistics. `into`: batch memory, or null.
//
// How it is read follows from its length and the loader's transfer_size (workload/access.h): one
// fused operation, one range, or request after request. A World that reads slices does it in one
// operation where nothing is delivered.
template <World W, class Memory>
Task<bool> read_sample(ReadContext<W>& context, LaneId lane, SampleId sample, Memory* into) {
  W& world = context.world;
  LaneState& state = context.lanes[lane];
  const SampleLocation at = context.plan.layout->locate(sample);
  if constexpr (ReadsSlices<W>) {
    if (into == nullptr && context.plan.loader.client == Client::kNone && world.reads_slices()) {
      const auto locate = [&at](std::uint64_t) { return at; };
      const Seconds begin = world.now();
      const auto read = co_await world.read_slice(lane, 1, locate);
      count_slice(state.stats, 1, read.bytes(), world.now() - begin);
      if (context.plan.loader.preprocess.mean > 0) co_await prepare(context, lane, state);
      co_return true;
    }
  }
  if (context.plan.loader.client != Client::kNone) {
    read_detail::SampleAttempt<W> attempt{context, state, sample, at, world.now()};
    const bool whole = co_await read_detail::read_as_client(std::move(attempt), lane,
                                                            style_of(context.plan.loader.client), into);
    if (context.plan.loader.preprocess.mean > 0) co_await prepare(context, lane, state);
    co_return whole;
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
