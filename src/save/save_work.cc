#include "save/save_work.h"

#include <algorithm>
#include <utility>

#include "hosts/same_job.h"
#include "pipeline/checkpoint.h"
#include "world/lane_setup.h"
#include "world/real_world.h"

namespace aforo {
namespace {

// All hosts, as the ranks of one see them. Home's.
class Hosts {
 public:
  Hosts(RealWorld& world, std::atomic<bool>& ending, bool alone)
      : world_(world), ending_(ending), alone_(alone) {}

  // All meet; where one ends, all end.
  Task<> meet() {
    if (alone_ || said_.stop()) co_return;
    const Vote heard = co_await world_.meet({Ending::kNone, world_.host()});
    if (heard.at_once()) end(heard);
  }
  // The first reason is the one that is kept. It is heard by the others at their next meeting.
  void end(Vote why) {
    ending_.store(true);
    world_.cancel_sleeps();
    if (said_.stop()) return;
    said_ = why;
    if (!alone_) world_.leave(why);
  }
  const Vote& said() const { return said_; }

 private:
  RealWorld& world_;
  std::atomic<bool>& ending_;
  const bool alone_;
  Vote said_;
};

Task<> all_ranks(Checkpoints<RealWorld>& checkpoints, Ranks ranks, std::uint64_t step) {
  WaitGroup group;
  group.add(ranks.here);
  for (std::uint32_t rank = ranks.first; rank < ranks.first + ranks.here; ++rank)
    spawn(checkpoints.hold(rank, step), [&group] { group.done(); });
  co_await group.wait();
  co_await checkpoints.drained();
}

struct Writing {
  RealWorld& world;
  Hosts& hosts;
  ReadContext<RealWorld>& context;
  const Store& store;
  std::uint64_t count;
  Seconds gap;
  WrittenCheckpoints& out;
  SaveCounters& counters;
};

Task<> write_all(Writing w) {
  Checkpoints<RealWorld> checkpoints(w.context, [&w] { return w.hosts.meet(); });
  for (std::uint64_t i = 0; i < w.count && !w.context.ending; ++i) {
    if (w.gap.value > 0) co_await w.world.sleep_until(w.world.now() + w.gap);
    co_await w.hosts.meet();  // each begins everywhere at once
    if (w.context.ending) break;
    const Moment begin = read_moment(w.store);
    co_await all_ranks(checkpoints, w.context.plan.ranks, i + 1);
    w.out.usage.push_back(between(begin, read_moment(w.store)));
    w.counters.bytes = checkpoints.stats().bytes;
    ++w.counters.done;
  }
  w.out.stats = checkpoints.stats();
}

// Ranks here that read something.
std::uint64_t reading(const RestorePlan& plan) {
  return static_cast<std::uint64_t>(std::count_if(plan.readers.begin(), plan.readers.end(),
                                                  [](const auto& pieces) { return !pieces.empty(); }));
}

Task<> restore_all(Restore<RealWorld>& restore, RestoreStats& out) { out = co_await restore.run(); }

}  // namespace

WrittenCheckpoints write_checkpoints(const CheckpointTarget& target, std::uint64_t count, Seconds gap,
                                     const JobSettings& settings, std::stop_token stop,
                                     SaveCounters& counters, Crew* crew) {
  JobPlan plan;
  const std::uint32_t ranks = target.layout().shape().ranks();
  plan.ranks = crew ? block_of(ranks, crew->host(), crew->hosts()) : Ranks(ranks);
  plan.checkpoint = target.plan();
  plan.checkpoint.every_steps = 1;
  plan.skip_errors = false;
  plan.checkpoint_manifest = [&target](std::uint64_t number) { return target.manifest_text(number); };
  LaneSet made = make_writing_lanes(target.layout(), target.content(), &target.owned(), target.direct(),
                                    settings, plan.ranks.here);
  WrittenCheckpoints out;
  out.engine = made.engine;
  out.engine_reason = made.reason;
  out.io_threads = static_cast<unsigned>(made.lanes.size());
  RealWorld world(std::move(made.lanes), {}, crew);
  std::vector<LaneState> lanes;
  ReadContext<RealWorld> context{world, plan, lanes};
  Hosts hosts(world, context.ending, crew == nullptr);
  context.on_fatal = [&] { hosts.end({Ending::kFailed, world.host()}); };
  if (crew) crew->begin_job();
  world.run(write_all({world, hosts, context, target.store(), count, gap, out, counters}), stop, [&] {
    hosts.end({Ending::kInterrupted, world.host()});
  });
  if (crew) crew->end_job();
  out.stopped = hosts.said().ending == Ending::kInterrupted;
  for (LaneId i = 0; i < world.lanes(); ++i) out.unanswered += world.lane(i).unanswered();
  return out;
}

RestoredCheckpoint restore_checkpoint(const RestorePlan& plan, const FileNames& names, bool direct,
                                      const JobSettings& settings, std::stop_token stop,
                                      SaveCounters& counters) {
  LaneSet made = make_writing_lanes(names, nullptr, nullptr, direct, settings, reading(plan));
  RestoredCheckpoint out;
  out.engine = made.engine;
  out.io_threads = static_cast<unsigned>(made.lanes.size());
  RealWorld world(std::move(made.lanes));
  std::atomic<bool> ending{false};
  Restore<RealWorld> restore(world, plan, ending);
  const Moment begin = read_moment(*settings.store);
  world.run(restore_all(restore, out.stats), stop, [&] {
    out.stopped = true;
    ending = true;
  });
  out.usage = between(begin, read_moment(*settings.store));
  for (LaneId i = 0; i < world.lanes(); ++i) out.unanswered += world.lane(i).unanswered();
  counters.bytes += out.stats.bytes;
  ++counters.done;
  return out;
}

}  // namespace aforo
