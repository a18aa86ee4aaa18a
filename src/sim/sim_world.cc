#include "sim/sim_world.h"

#include "pipeline/read_sample.h"

namespace aforo {

static_assert(World<SimWorld>);
static_assert(ReadsSlices<SimWorld>);

SimWorld::SimWorld(VirtualClock& clock, ReadPaths& paths, const Setup& setup)
    : clock_(clock), paths_(paths), setup_(setup), random_(setup.seed) {
  constant_ = setup.client.layout->constant_sample();
  gathers_hits_ = setup.gather_hits && paths.hits_sum_up();
}

SimWorld::File SimWorld::opened(LaneId lane, FileId file) {
  File opened{file, size_of(file), nullptr, -1};
  if (!whole_files()) {
    opened.route = &paths_.miss(file);
    return opened;
  }
  opened.u = random_.uniform();
  opened.route = &paths_.way(host(lane), file, paths_.item_of(file, 0), opened.size);
  return opened;
}

}  // namespace aforo
