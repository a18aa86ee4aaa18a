#include "sim/simulate_saving.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "base/error.h"
#include "pipeline/checkpoint.h"
#include "pipeline/frame_pool.h"
#include "sim/sim_storage.h"
#include "sim/sim_world.h"

namespace aforo {
namespace {

constexpr std::uint64_t kEventsPerStopLook = 4096;  // chosen: a look then costs nothing

JobPlan saving_alone(const JobPlan& plan) {
  JobPlan out = plan;
  out.check = nullptr;
  out.stream_check = nullptr;
  out.checkpoint_manifest = nullptr;
  CheckpointPlan& checkpoint = out.checkpoint;
  checkpoint.every_steps = 1;
  checkpoint.asynchronous = false;
  checkpoint.first = 0;
  checkpoint.keep = 0;
  checkpoint.there.clear();
  checkpoint.depth = 1;
  checkpoint.chunk = Bytes{std::max<std::uint64_t>(checkpoint.shape.bytes().value, 1)};
  return out;
}

}  // namespace

std::optional<SimSaving> simulate_saving(const StorageSpec& storage, const SimJob& job,
                                         const std::stop_token& stop) {
  const FrameArena frames;  // before whatever lies in it
  VirtualClock clock;
  StorageSpec without_caches = storage;  // nobody reads
  without_caches.caches.clear();
  const JobPlan plan = saving_alone(job.plan);
  const std::uint32_t ranks = plan.ranks.here, per_host = job.ranks_per_host ? job.ranks_per_host : ranks;
  const StorageClient client{plan.layout, &plan.loader, 0, (ranks + per_host - 1) / per_host,
                             &plan.checkpoint};
  SimStorage servers(without_caches, clock, {client}, 1);
  if (servers.paths(0).writes() == nullptr) return std::nullopt;
  SimWorld world(clock, servers.paths(0), {client, per_host});
  std::vector<LaneState> lanes;
  ReadContext<SimWorld> context{world, plan, lanes};
  Checkpoints<SimWorld> checkpoints(context, {});
  std::uint32_t writing = ranks;
  for (std::uint32_t rank = 0; rank < ranks; ++rank)
    spawn(checkpoints.hold(rank, 1), [&writing] { --writing; });
  while (writing > 0) {
    if (clock.events() % kEventsPerStopLook == 0 && stop.stop_requested()) {
      context.ending = true;
      while (writing > 0 && clock.step()) {
      }
      throw Interrupted();
    }
    if (!clock.step())
      throw std::logic_error("simulate_saving: nothing is left to happen and a rank still writes");
  }
  const CheckpointStats& stats = checkpoints.stats();
  SimSaving out{clock.now(), stats.slowest, {}, {}};
  for (const CheckpointRound& round : stats.rounds) {
    out.rank0 = round.rank0.value_or(Seconds{0});
    if (!round.rank_seconds.empty()) out.fastest = Seconds{std::ranges::min(round.rank_seconds)};
  }
  return out;
}

}  // namespace aforo
