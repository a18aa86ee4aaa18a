#include "save/save_work.h"

#include <utility>

#include "pipeline/checkpoint.h"
#include "world/lane_setup.h"
#include "world/real_world.h"

namespace aforo {
namespace {

Task<> all_ranks(Checkpoints<RealWorld>& checkpoints, std::uint32_t ranks, std::uint64_t step) {
  WaitGroup group;
  group.add(ranks);
  for (std::uint32_t rank = 0; rank < ranks; ++rank)
    spawn(checkpoints.hold(rank, step), [&group] { group.done(); });
  co_await group.wait();
  co_await checkpoints.drained();
}

struct Writing {
  RealWorld& world;
  ReadContext<RealWorld>& context;
  const Store& store;
  std::uint64_t count;
  Seconds gap;
  WrittenCheckpoints& out;
  SaveCounters& counters;
};

Task<> write_all(Writing w) {
  Checkpoints<RealWorld> checkpoints(w.context, {});
  for (std::uint64_t i = 0; i < w.count && !w.context.ending; ++i) {
    if (w.gap.value > 0) co_await w.world.sleep_until(w.world.now() + w.gap);
    if (w.context.ending) break;
    const Moment begin = read_moment(w.store);
    co_await all_ranks(checkpoints, w.context.plan.ranks.here, i + 1);
    w.out.usage.push_back(between(begin, read_moment(w.store)));
    w.counters.bytes = checkpoints.stats().bytes;
    ++w.counters.done;
  }
  w.out.stats = checkpoints.stats();
}

Task<> restore_all(Restore<RealWorld>& restore, RestoreStats& out) { out = co_await restore.run(); }

}  // namespace

WrittenCheckpoints write_checkpoints(const CheckpointTarget& target, std::uint64_t count, Seconds gap,
                                     const JobSettings& settings, std::stop_token stop,
                                     SaveCounters& counters) {
  JobPlan plan;
  plan.ranks = target.layout().shape().ranks();
  plan.checkpoint = target.plan();
  plan.checkpoint.every_steps = 1;
  plan.skip_errors = false;
  plan.checkpoint_manifest = [&target](std::uint64_t number) { return target.manifest_text(number); };
  LaneSet made = make_writing_lanes(target.layout(), target.content(), &target.owned(), target.direct(),
                                    settings, plan.ranks.all);
  WrittenCheckpoints out;
  out.engine = made.engine;
  out.engine_reason = made.reason;
  out.io_threads = static_cast<unsigned>(made.lanes.size());
  RealWorld world(std::move(made.lanes));
  std::vector<LaneState> lanes;
  ReadContext<RealWorld> context{world, plan, lanes};
  context.on_fatal = [] {};
  world.run(write_all({world, context, target.store(), count, gap, out, counters}), stop, [&] {
    out.stopped = true;
    context.ending.store(true);
    world.cancel_sleeps();
  });
  for (LaneId i = 0; i < world.lanes(); ++i) out.unanswered += world.lane(i).unanswered();
  return out;
}

RestoredCheckpoint restore_checkpoint(const RestorePlan& plan, const FileNames& names, bool direct,
                                      const JobSettings& settings, std::stop_token stop,
                                      SaveCounters& counters) {
  LaneSet made = make_writing_lanes(names, nullptr, nullptr, direct, settings, plan.readers.size());
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
