// Checkpoints: what a job does when one falls due, as coroutines beside the loaders.
//
// Where the plan only pauses, a rank sleeps. Where it writes, a rank moves to the lane that writes for it,
// and there makes its files one after another: create, write chunk by chunk, sync, close. Synchronous writing
// keeps the rank until its own files are done (that all wait for the slowest is the job's affair: a barrier);
// asynchronous writing goes on beside the steps that follow, one checkpoint of a rank at a time.
//
// When all ranks of all hosts have written, rank 0 commits: the manifest, under a temporary name and then its own,
// then the directory's renaming, each on storage before the next (checkpoint_layout.h). So a checkpoint that was cut
// short, whatever cut it, never has the name of one; and one whose rank failed is not committed. Then the oldest go
// that the plan does not keep: each loses its name first, so that half a checkpoint has none either.
//
// Threads: all on home, but for the writing itself, whose state lies in its own frame. Errors are data: a
// file that could not be written is counted by kind, and ends the job only where errors may not be skipped.
// A file that was cut short stays where it is, closed; only `stats` knows that it is not whole.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dataset/checkpoint_layout.h"
#include "pipeline/checkpoint_file.h"
#include "pipeline/read_sample.h"
#include "pipeline/sync.h"

namespace aforo {

// One per job, made and destroyed on home, like the job that owns it. Memory: two counters per rank
// here, nothing per file; the coroutine that writes holds one file open at a time.
//
// A checkpoint is what all ranks write after the same number of steps; it is numbered from the plan's first on
// over the whole job. Which rank writes which files is the plan's shape, so hosts need not talk about it.
template <World W>
class Checkpoints {
 public:
  // `context` outlives it. `meet`: a meeting of all hosts, awaited by one coroutine at a time; not called where all
  // ranks are here.
  Checkpoints(ReadContext<W>& context, std::function<Task<>()> meet)
      : context_(context),
        plan_(context.plan.checkpoint),
        layout_(plan_.shape),
        meet_(std::move(meet)),
        under_way_(plan_.writes() && plan_.asynchronous ? context.plan.ranks.here : 0) {}

  // Whether one falls due when a rank has done `steps` steps, counted from 1 on over all epochs.
  // The same answer for every rank, so synchronous ranks stop at the same step.
  bool due_after(std::uint64_t steps) const { return plan_.due_after(steps); }

  // Whether training goes on only when the slowest rank's files are written, and the checkpoint is whole.
  // False for a pause: all ranks sleep equally long, and no rank waits for another beyond the
  // step's barrier.
  bool waits_for_all() const { return plan_.writes() && !plan_.asynchronous; }

  // Training of `rank`, which has done `steps` steps, stands still until this ends. The caller looks then
  // whether the job was stopped meanwhile.
  // Costs the rank: the pause; or, synchronous, the time of its own files (of the last rank: and of the commit);
  // or, asynchronous, what is left of its own checkpoint before and then `copy`. It does not fail: errors go to
  // `stats`, and end the job through the context's on_fatal where the plan says so. Home to home; only one
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
      if (last_of(number)) co_await commit_with_others(number);
      co_return;
    }
    WaitGroup& before = under_way_[context_.place_of(rank)];
    co_await before.wait();
    if (!in_one_process() && last_to_wait(number) && number > plan_.first)
      co_await commit_with_others(number - 1);
    if (plan_.copy.value > 0) co_await world.sleep_until(world.now() + plan_.copy);
    if (ending()) co_return;
    last_begun_ = number + 1;
    before.add();
    all_.add();
    spawn(write_beside(rank, number), [this, &before] {
      before.done();
      all_.done();
    });
  }

  // Until nothing is being written any more, and what could be committed is.
  // What is asynchronous outlives the steps: the job awaits this before it reads `stats` and before
  // it goes. One waiter.
  Task<> drained() {
    co_await all_.wait();
    if (plan_.asynchronous && !in_one_process() && last_begun_ > 0 && !ending())
      co_await commit_with_others(last_begun_ - 1);
    co_await all_.wait();
  }

  // Of what has ended so far. Whole only after `drained`; home's.
  const CheckpointStats& stats() const { return stats_; }

 private:
  bool ending() const { return context_.ending.load(std::memory_order_relaxed); }
  bool in_one_process() const { return context_.plan.ranks.in_one_process(); }

  // Of the ranks here: whether this one is the last to have written that checkpoint, or to wait for it.
  bool last_of(std::uint64_t number) { return counted(written_, number); }
  bool last_to_wait(std::uint64_t number) { return counted(waited_, number); }
  bool counted(std::map<std::uint64_t, std::uint32_t>& counts, std::uint64_t number) {
    if (++counts[number] < context_.plan.ranks.here) return false;
    counts.erase(number);
    return true;
  }

  Task<> write_beside(std::uint32_t rank, std::uint64_t number) {
    co_await write(rank, number);
    if (in_one_process() && last_of(number)) co_await commit(number);
  }

  // The rank's part of the checkpoint, from home to home.
  // A rank with nothing to write does not leave home. The counts are kept in this frame while it is on the lane and
  // are added to `stats_` at home: no lock.
  Task<> write(std::uint32_t rank, std::uint64_t number) {
    const std::uint32_t files = plan_.shape.files_of(rank);
    if (files == 0) co_return;
    W& world = context_.world;
    const LaneId lane = world.writer_lane(context_.place_of(rank));
    const Seconds begin = world.now();
    CheckpointStats mine;
    CheckpointFileWriter<W> writer(world, plan_, context_.ending);
    co_await world.enter_lane(lane);
    bool ready = co_await writer.make_directory(lane, number, mine);
    for (std::uint32_t part = 0; ready && part < files && !ending(); ++part)
      co_await writer.write_file(lane, layout_.id({number, rank, part}), plan_.shape.file(rank, part).bytes,
                                 mine);
    co_await world.go_home();
    mine.slowest = world.now() - begin;
    CheckpointRound& round = mine.round(number);
    round.bytes = mine.bytes;
    round.times = mine.times;
    round.rank_seconds.push_back(mine.slowest.value);
    if (rank == 0) round.rank0 = mine.slowest;
    if (mine.whole < files) spoilt_.insert(number);
    take_in(mine);
  }

  void take_in(const CheckpointStats& mine) {
    stats_.merge(mine);
    if (mine.failed == 0 || (context_.plan.skip_errors && in_one_process())) return;
    context_.ending.store(true, std::memory_order_relaxed);
    context_.on_fatal();
  }

  // Where ranks are elsewhere too, they have written when all hosts have met; one that failed has left by then.
  Task<> commit_with_others(std::uint64_t number) {
    if (!in_one_process()) co_await meet_();
    co_await commit(number);
  }

  // From home to home, on the host of rank 0; nothing elsewhere, or where the checkpoint cannot be whole.
  Task<> commit(std::uint64_t number) {
    if (context_.plan.ranks.first > 0 || ending() || spoilt_.contains(number)) co_return;
    W& world = context_.world;
    const LaneId lane = world.writer_lane(0);
    const std::string text =
        context_.plan.checkpoint_manifest ? context_.plan.checkpoint_manifest(number) : "";
    const Seconds begin = world.now();
    CheckpointStats mine;
    CheckpointFileWriter<W> writer(world, plan_, context_.ending);
    co_await world.enter_lane(lane);
    const bool whole = co_await writer.commit(lane, number, text, mine);
    co_await world.go_home();
    CheckpointRound& round = mine.round(number);
    round.times = mine.times;
    if (whole) {
      round.commit = world.now() - begin;
      mine.committed = 1;
      kept_.push_back(number);
    }
    take_in(mine);
    if (whole && plan_.keep > 0) remove_oldest();
  }

  // Beside what follows: nobody waits for it but the job's end.
  void remove_oldest() {
    while (kept_.size() + plan_.there.size() - removed_there_ > plan_.keep) {
      std::uint64_t oldest = 0;
      if (removed_there_ < plan_.there.size()) {
        oldest = plan_.there[removed_there_++];
      } else {
        oldest = kept_.front();
        kept_.erase(kept_.begin());
      }
      all_.add();
      spawn(remove(oldest), [this] { all_.done(); });
    }
  }

  Task<> remove(std::uint64_t number) {
    W& world = context_.world;
    const LaneId lane = world.writer_lane(0);
    CheckpointStats mine;
    CheckpointFileWriter<W> writer(world, plan_, context_.ending);
    co_await world.enter_lane(lane);
    co_await writer.remove(lane, layout_, number, mine);
    co_await world.go_home();
    take_in(mine);
  }

  ReadContext<W>& context_;
  // The context's plan, which outlives this.
  const CheckpointPlan& plan_;
  const CheckpointLayout layout_;
  const std::function<Task<>()> meet_;
  // By place among the ranks here: what that rank still writes. Asynchronous only, else empty.
  std::vector<WaitGroup> under_way_;
  // All ranks' writing that goes on beside the steps.
  WaitGroup all_;
  // By number: how many of the ranks here have written it, or wait for it.
  std::map<std::uint64_t, std::uint32_t> written_, waited_;
  std::uint64_t last_begun_ = 0;    // and one
  std::set<std::uint64_t> spoilt_;  // that a rank here did not write whole
  std::vector<std::uint64_t> kept_;
  std::size_t removed_there_ = 0;
  CheckpointStats stats_;
};

}  // namespace aforo
