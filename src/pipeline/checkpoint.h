// Checkpoints: what a job does when one falls due, as coroutines beside the loaders.
//
// Where the plan only pauses, a rank sleeps. Where it writes, a rank moves to the lane that writes for it,
// and there makes its files one after another: create, write chunk by chunk, sync, close. Synchronous writing
// keeps the rank until its own files are done (that all wait for the slowest is the job's affair: a barrier);
// asynchronous writing goes on beside the steps that follow, one checkpoint of a rank at a time.
//
// Threads: all on home, but for the writing itself, whose state lies in its own frame. Errors are data: a
// file that could not be written is counted by kind, and ends the job only where errors may not be skipped.
// A file that was cut short stays where it is, closed; only `stats` knows that it is not whole.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "dataset/checkpoint_layout.h"
#include "pipeline/read_sample.h"
#include "pipeline/sync.h"

namespace aforo {

// One per job, made and destroyed on home, like the job that owns it. Memory: two counters per rank
// here, nothing per file; the coroutine that writes holds one file open at a time.
//
// A checkpoint is what all ranks write after the same number of steps; it is numbered from 0 on
// over the whole job. Which rank writes which bytes into how many files is `shard_of`, so hosts
// need not talk about it.
template <World W>
class Checkpoints {
 public:
  // `context` outlives it.
  explicit Checkpoints(ReadContext<W>& context)
      : context_(context),
        plan_(context.plan.checkpoint),
        layout_(context.plan.ranks.all, plan_.files_per_rank),
        under_way_(plan_.writes() && plan_.asynchronous ? context.plan.ranks.here : 0) {}

  // Whether one falls due when a rank has done `steps` steps, counted from 1 on over all epochs.
  // The same answer for every rank, so synchronous ranks stop at the same step.
  bool due_after(std::uint64_t steps) const { return plan_.due_after(steps); }

  // Whether training goes on only when the slowest rank's files are written.
  // False for a pause: all ranks sleep equally long, and no rank waits for another beyond the
  // step's barrier.
  bool waits_for_all() const { return plan_.writes() && !plan_.asynchronous; }

  // Training of `rank`, which has done `steps` steps, stands still until this ends. The caller looks then
  // whether the job was stopped meanwhile.
  // Costs the rank: the pause; or, synchronous, the time of its own files; or, asynchronous, what
  // is left of its own checkpoint before and then `copy`. It does not fail: errors go to `stats`,
  // and end the job through the context's on_fatal where the plan says so. Home to home; only one
  // call per rank at a time.
  Task<> hold(std::uint32_t rank, std::uint64_t steps) {
    W& world = context_.world;
    if (!plan_.writes()) {
      co_await world.sleep_until(world.now() + plan_.pause);
      co_return;
    }
    const std::uint64_t number = plan_.number_after(steps);
    if (!plan_.asynchronous) {
      co_await write(rank, number);
      co_return;
    }
    WaitGroup& before = under_way_[context_.place_of(rank)];
    co_await before.wait();
    if (plan_.copy.value > 0) co_await world.sleep_until(world.now() + plan_.copy);
    if (ending()) co_return;
    before.add();
    all_.add();
    spawn(write(rank, number), [this, &before] {
      before.done();
      all_.done();
    });
  }

  // Until nothing is being written any more.
  // What is asynchronous outlives the steps: the job awaits this before it reads `stats` and before
  // it goes. One waiter.
  Task<> drained() { co_await all_.wait(); }

  // Of what has ended so far. Whole only after `drained`; home's.
  const CheckpointStats& stats() const { return stats_; }

 private:
  bool ending() const { return context_.ending.load(std::memory_order_relaxed); }

  // The rank's part of the checkpoint, from home to home.
  // A rank with nothing to write (not a writer, or fewer bytes than files before it) does not leave
  // home. The counts are kept in this frame while it is on the lane and are added to `stats_` at
  // home: no lock.
  Task<> write(std::uint32_t rank, std::uint64_t number) {
    if (shard_of(plan_, context_.plan.ranks.all, rank, 0).length == 0) co_return;
    W& world = context_.world;
    const LaneId lane = world.writer_lane(context_.place_of(rank));
    const Seconds begin = world.now();
    CheckpointStats mine;
    co_await world.enter_lane(lane);
    for (std::uint32_t part = 0; part < plan_.files_per_rank && !ending(); ++part) {
      const CheckpointShard shard = shard_of(plan_, context_.plan.ranks.all, rank, part);
      co_await write_file(lane, layout_.id({number, rank, part}), shard.length, mine);
    }
    co_await world.go_home();
    mine.slowest = world.now() - begin;
    stats_.merge(mine);
    if (mine.failed == 0 || context_.plan.skip_errors) co_return;
    context_.ending.store(true, std::memory_order_relaxed);
    context_.on_fatal();
  }

  // On the lane.
  // One file, from create to close. What fails first ends it: a file that could not be created is
  // not closed, one that could not be written is closed but not synced. When the job ends
  // meanwhile, the file is left at the chunk that was under way and counts as unfinished. The times
  // of the four operations are told apart, because each of them may be the one that a storage is
  // slow at.
  Task<> write_file(LaneId lane, FileId id, std::uint64_t length, CheckpointStats& mine) {
    W& world = context_.world;
    Seconds since = world.now();
    const auto lap = [&world, &since](Seconds& sum) {
      const Seconds now = world.now();
      sum += now - since;
      since = now;
    };
    auto file = co_await world.create(lane, id);
    lap(mine.creating);
    int error = file.error();
    if (error) {
      count(id, error, false, mine);
      co_return;
    }
    std::uint64_t done = 0;
    while (done < length && !error && !ending()) {
      const auto written = co_await world.write(lane, file, done, std::min(plan_.chunk.value, length - done));
      error = written.error();
      done += written.bytes();
    }
    mine.bytes += done;
    lap(mine.writing);
    if (!error && done == length && plan_.sync) {
      const auto synced = co_await world.sync(lane, file);
      error = synced.error();
      lap(mine.syncing);
    }
    co_await world.close(lane, file);
    lap(mine.closing);
    count(id, error, done == length, mine);
  }

  // Each file once: unknown, failed, whole or unfinished, in this order of precedence.
  static void count(FileId id, int error, bool complete, CheckpointStats& mine) {
    if (error == kOutcomeUnknown) {
      ++mine.unknown;
    } else if (error) {
      ++mine.failed;
      if (mine.first_error == 0) mine.first_error = error, mine.first_failed = id;
    } else {
      ++(complete ? mine.whole : mine.unfinished);
    }
  }

  ReadContext<W>& context_;
  // The context's plan, which outlives this.
  const CheckpointPlan& plan_;
  const CheckpointLayout layout_;
  // By place among the ranks here: what that rank still writes. Asynchronous only, else empty.
  std::vector<WaitGroup> under_way_;
  // All ranks' writing that goes on beside the steps.
  WaitGroup all_;
  CheckpointStats stats_;
};

}  // namespace aforo
