// TrainingJob: the ranks of a training job, as coroutines on the world's home executor.
//
// Every rank, every step: wait for its next batch, compute for the step time, meet the others. Per epoch the
// loaders start empty (as the frameworks' do) and the clock T0 starts before the loader is asked for
// anything.
//
// Threads: construct, run, stop and destroy on home. The plan's layout, the world and the observer outlive
// the job.
//
// A step of a rank, on the World's clock (StepTimes):
//
//   begin --load_wait--> loaded --compute--> computed --barrier_wait--> met --checkpoint--> end
//
// An epoch of a rank is its loader's start, its steps, and the loader's end, which is waited for
// before the next begins: so no rank reads for epoch e + 1 while another is in epoch e. The
// accelerator is a sleep: it computes for as long as the step time says and holds no core. A busy
// machine wakes it late, which no accelerator is: a step ends when it was due, and a batch that lay
// ready when the sleeper woke was taken when the step before ended. So lateness is made up in the
// next step, is no compute, and adds up over no two; what exceeds a step's own time is waiting, as an
// accelerator waits whose host comes too late to start its next step. Of several hosts, whose clocks
// meet at every step, a step ends when its sleeper wakes.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "pipeline/checkpoint.h"
#include "pipeline/make_loader.h"
#include "pipeline/plan_job.h"

namespace aforo {

// Where ranks are spread over hosts, each host has a TrainingJob with its part of the ranks
// (JobPlan::ranks) and the same plan otherwise. They meet before the first step, after every step
// (synchronous), at a checkpoint that all wait for, and twice at each epoch's end. How they end:
//
//   asked, synchronous     all after the same step
//   asked, asynchronous    the ranks of the host that asked before their next step, others at the epoch's end
//   at once                the step in progress does not count. The others hear of it at their next meeting,
//                          so they may have finished that step; a host that ends at once before it hears
//                          keeps its own reason, and JobResult::merge gives the job's
//
// Random numbers: step times are seeded by rank, so a rank draws the same times in every World and
// on however many hosts.
//
// Cost: one coroutine per rank and reader, and what the loaders hold; the step itself allocates
// nothing but frames from the pool.
template <World W>
class TrainingJob {
 public:
  // Makes the loaders; reads nothing and starts nothing. No failure: the plan was judged before.
  TrainingJob(W& world, JobPlan plan, JobObserver& observer)
      : world_(world),
        plan_(std::move(plan)),
        observer_(observer),
        stats_(RunsOnOneThread<W> ? 1 : world.lanes()),
        context_{world_, plan_, lanes_},
        checkpoints_(context_, [this] { return meet_hosts(); }),
        barrier_(plan_.ranks.here),
        epoch_edge_(plan_.ranks.here),
        sampler_(plan_.layout->samples(), plan_.ranks.all, plan_.loader.batch_size, plan_.loader.shuffle,
                 plan_.loader.seed, RunsOnOneThread<W>) {
    result_.ranks = plan_.ranks;
    context_.on_fatal = [this] {
      result_.failed = true;
      end_now({Ending::kFailed, world_.host()});
    };
    const std::uint64_t host_seed = std::uint64_t{plan_.ranks.first} << 32;  // lanes of two hosts differ
    for (LaneId lane = 0; lane < world.lanes(); ++lane)
      lanes_.push_back({stats_[lane % stats_.size()], Random(mix64(plan_.loader.seed, host_seed | lane, 7))});
    make_loaders();
  }

  // Runs all epochs; ends when every rank and every reader has ended.
  // Once. Faults are in the result, nothing is thrown. After it the World is idle as far as this
  // job goes: nothing is being read, written or slept for.
  Task<JobResult> run() {
    if (!plan_.ranks.in_one_process()) co_await meet_hosts();  // all have opened the dataset: one start
    if (draining_) stopping_ = true;
    ranks_.add(plan_.ranks.here);
    for (std::uint32_t i = 0; i < plan_.ranks.here; ++i) spawn(rank(i), [this] { ranks_.done(); });
    co_await ranks_.wait();
    for (auto& loader : loaders_) co_await loader->drained();
    co_await checkpoints_.drained();
    result_.checkpoints = checkpoints_.stats();
    for (auto& loader : loaders_) result_.samples_read_again += loader->read_again();
    for (const ReaderStats& stats : stats_) result_.readers.merge(stats);
    const auto without_step = [](const RankEpoch& rank) { return rank.steps == 0; };
    while (!result_.epochs.empty() &&
           std::all_of(result_.epochs.back().begin(), result_.epochs.back().end(), without_step))
      result_.epochs.pop_back();
    co_return std::move(result_);
  }

  // Ends the job now, on every host: whoever waits is released, the step in progress does not count. The
  // other hosts hear of it at their next meeting.
  // Home's, at any time; a second call changes nothing. `run` still has to end: reads that are
  // under way are waited for, not cancelled.
  void stop() { end_now({Ending::kInterrupted, world_.host()}); }

 private:
  // The first reason is the one that is kept, except that an end at once outdoes one that was asked
  // for. Releases whoever waits at home, in an order that a released rank cannot miss: flags first,
  // then loaders, sleeps, barriers, and last the other hosts.
  void end_now(Vote why) {
    if (ended_at_once_) return;
    ended_at_once_ = stopping_ = true;
    result_.stopped = true;
    result_.failed = result_.failed || why.failed();
    if (!result_.ending.at_once()) result_.ending = why;
    context_.ending.store(true, std::memory_order_relaxed);
    for (auto& loader : loaders_) loader->stop();
    world_.cancel_sleeps();
    barrier_.open();
    epoch_edge_.open();
    if (!plan_.ranks.in_one_process()) world_.leave(why);
  }

  void make_loaders() {
    const Access access = access_of(plan_);
    for (std::uint32_t i = 0; i < plan_.ranks.here; ++i)
      loaders_.push_back(
          make_loader(access, context_, sampler_, plan_.ranks.first + i, std::uint64_t{i} * access.readers));
  }

  // The i-th of the ranks here.
  Task<> rank(std::uint32_t i) {
    const std::uint32_t r = plan_.ranks.first + i;
    Random random(mix64(plan_.loader.seed, r, 11));
    for (std::uint64_t e = 0; e < plan_.epochs && !stopping_; ++e) {
      if (result_.epochs.size() == e)
        result_.epochs.emplace_back(plan_.ranks.here);  // the first rank to begin it
      RankEpoch& epoch = result_.epochs[e][i];
      Seconds free = world_.now();
      epoch.start = epoch.end = free;
      loaders_[i]->start_epoch(e);
      for (std::uint64_t s = 0; s < plan_.steps; ++s) {
        if (ends_before(e, s)) break;
        StepTimes step;
        step.rank = r, step.epoch = e, step.step = s;
        step.epoch_start = epoch.start;
        step.begin = free;
        const bool done = co_await one_step(step, epoch, random);
        free = epoch.end;
        if (!done) break;
      }
      if (epoch.steps < plan_.steps) loaders_[i]->stop();
      co_await loaders_[i]->drained();
      if (!plan_.ranks.in_one_process()) {
        co_await end_epoch_with_others(e);
        continue;
      }
      co_await epoch_edge_.arrive([this, e] {
        observer_.on_epoch_end(e);
        if (draining_) stopping_ = true;
      });
    }
  }

  // Between epochs all hosts stand: what one of them does there (dropping its page cache) falls into no
  // rank's epoch, its own or another's.
  Task<> end_epoch_with_others(std::uint64_t epoch) {
    const bool leads = co_await epoch_edge_.arrive_to_lead();
    if (!leads) co_return;
    co_await meet_hosts();
    if (!stopping_) {
      observer_.on_epoch_end(epoch);
      co_await meet_hosts();
    }
    if (draining_) stopping_ = true;
    epoch_edge_.release();
  }

  // All ranks of all hosts.
  Task<> meet_ranks() {
    if (plan_.ranks.in_one_process()) {
      co_await barrier_.arrive();
      co_return;
    }
    const bool leads = co_await barrier_.arrive_to_lead();
    if (!leads) co_return;
    co_await meet_hosts();
    barrier_.release();
  }

  // One vote of this host, for all its ranks; what is heard binds all hosts.
  Task<> meet_hosts() {
    Vote mine = result_.ending;  // once there is one, it is said again: who said it first is not lost
    if (!mine.stop()) mine = {observer_.should_stop() ? Ending::kAsked : Ending::kNone, world_.host()};
    const Vote heard = co_await world_.meet(mine);
    if (stopping_ || !heard.stop()) co_return;
    if (heard.at_once()) {
      end_now(heard);
      co_return;
    }
    result_.ending = heard;
    result_.stopped = winding_down_ = draining_ = true;
  }

  // True if the job ends cleanly before step `s`: somebody asked for it and no rank has begun `s` yet.
  bool ends_before(std::uint64_t epoch, std::uint64_t s) {
    if (stopping_ || draining_) return true;
    if (agrees_on_steps()) return false;  // the meeting after each step asks
    const std::uint64_t serial = epoch * plan_.steps + s;
    if (!winding_down_ && observer_.should_stop()) {
      winding_down_ = true;
      result_.stopped = true;
      result_.ending = {Ending::kAsked, world_.host()};
    }
    if (winding_down_ && (!plan_.synchronous || serial > last_begun_ || last_begun_ == kNone)) {
      draining_ = true;
      return true;
    }
    if (last_begun_ == kNone || serial > last_begun_) last_begun_ = serial;
    return false;
  }

  // Whether the end is decided at the meeting after each step. Alone, or asynchronous, each rank
  // asks before its own step.
  bool agrees_on_steps() const { return plan_.synchronous && !plan_.ranks.in_one_process(); }

  // When a step that was due counts as computed, of a sleeper that woke now.
  Seconds computed_at(Seconds due, StepTimes& step) const {
    const Seconds woke = world_.now();
    step.late = std::max(woke - due, Seconds{0});
    step.overdue = std::max(step.late - step.asked, Seconds{0});
    return plan_.ranks.in_one_process() ? std::max(due, woke - step.asked) : woke;
  }

  // From `step.begin` on. True if the step counts. What was drawn or loaded for one that does not is lost.
  Task<bool> one_step(StepTimes& step, RankEpoch& epoch, Random& random) {
    const LoadedBatch batch = co_await loaders_[context_.place_of(step.rank)]->next();
    if (!batch.valid) co_return false;
    const bool computes = plan_.step_time.mean > 0;
    const Seconds loaded = computes && !batch.waited ? step.begin : world_.now();
    if (result_.first_step.value == 0) result_.first_step = loaded;
    Seconds computed = loaded;
    if (computes) {
      step.asked = Seconds{draw(plan_.step_time, random)};
      co_await world_.sleep_until(loaded + step.asked);
      computed = computed_at(loaded + step.asked, step);
    }
    if (stopping_) co_return false;
    Seconds met = computed;
    if (plan_.synchronous) {
      if (plan_.ranks.in_one_process()) {
        latest_ = std::max(latest_, computed);
        const Touches touches{loaders_[context_.place_of(step.rank)].get(), {&step, &epoch}};
        co_await barrier_.arrive([this] { met_ = std::exchange(latest_, Seconds{0}); }, touches);
        met = met_;  // changes with the last to arrive anew, by when all have read it
      } else {
        co_await meet_ranks();
        met = world_.now();
      }
      if (stopping_) co_return false;
    }
    Seconds end = met;
    const std::uint64_t done = step.epoch * plan_.steps + step.step + 1;
    if (checkpoints_.due_after(done)) {
      co_await checkpoints_.hold(step.rank, done);
      if (plan_.synchronous && checkpoints_.waits_for_all()) co_await meet_ranks();
      if (stopping_) co_return false;
      end = world_.now();
    }
    step.checkpoint = end - met;
    step.load_wait = loaded - step.begin + step.overdue;
    step.compute = computed - loaded - step.overdue;
    step.barrier_wait = met - computed;
    account(step, epoch, batch, end);
    co_return true;
  }

  // Adds the step to the rank's epoch and tells the observer, in this order: what the observer sees
  // is in the result.
  void account(const StepTimes& step, RankEpoch& epoch, const LoadedBatch& batch, Seconds end) {
    if (epoch.steps == 0) {
      epoch.first_load_wait = step.load_wait;
      epoch.first_compute = step.compute;
    }
    ++epoch.steps;
    epoch.end = end;
    epoch.load_wait += step.load_wait;
    epoch.compute += step.compute;
    epoch.barrier_wait += step.barrier_wait;
    epoch.checkpoint += step.checkpoint;
    epoch.samples += batch.samples;
    result_.samples_delivered += batch.samples;
    observer_.on_step(step);
  }

  // No step was begun yet.
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};

  W& world_;
  const JobPlan plan_;
  JobObserver& observer_;
  // By lane, or one for all; made before any reader and read by this thread again only when all readers have
  // ended.
  std::vector<ReaderStats> stats_;
  std::vector<LaneState> lanes_;
  ReadContext<W> context_;
  Checkpoints<W> checkpoints_;
  // Of the ranks here: after a step (and a checkpoint), and between epochs.
  Barrier barrier_, epoch_edge_;
  // At the barrier after a step: the latest of those who came so far, and of those who met last.
  Seconds latest_{0}, met_{0};
  Sampler sampler_;
  // By place among the ranks here.
  std::vector<std::unique_ptr<Loader>> loaders_;
  WaitGroup ranks_;
  JobResult result_;
  // The serial (epoch x steps + step) of the last step that any rank here began: a synchronous job
  // that winds down still does that one, as some are in it already.
  std::uint64_t last_begun_ = kNone;
  // stopping_: no more steps. ended_at_once_: nor is anything waited for that is still written.
  // winding_down_: somebody asked for an end, ranks may still have
  // to finish a step. draining_: the last step was begun; no rank begins another.
  bool stopping_ = false, ended_at_once_ = false, winding_down_ = false, draining_ = false;
};

}  // namespace aforo
