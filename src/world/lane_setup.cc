#include "world/lane_setup.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/control_group.h"
#include "base/error.h"
#include "storage/machine.h"

namespace aforo {

namespace {

// Of the files that the process may still open half are for those that lanes keep, the other half for what engines
// need themselves and for files that are read just now.
std::uint64_t open_files_of_a_lane(unsigned lanes) {
  constexpr std::uint64_t kOfAnEngine =
      8;  // its ring, events and directory, and a few files; more than any takes
  const std::uint64_t left = open_files_left();
  if (left < kOfAnEngine * lanes)
    throw UserError(fmt::format(
        "expected room for {} more open files (of {} I/O loops), found {}: raise the limit with 'ulimit -n', or give "
        "fewer --threads",
        kOfAnEngine * lanes, lanes, left));
  return left / 2 / lanes;
}

// Lanes that do the reading themselves, sleep and are woken some thousand times a second: the scheduler lays several on
// the core that woke them while others idle (measured: two of two on one, a third of the rate lost). Where there is one
// for each core that the process may run on, each has its own; fewer leave others room, as the scheduler sees fit.
// Empty: no lane stays anywhere. The engine of threads reads on threads of its own, which are to spread.
std::vector<unsigned> cores_of_lanes(EngineKind engine, unsigned lanes) {
  std::vector<unsigned> cores = allowed_cores();
  if (engine == EngineKind::kThreads || cores.size() != lanes) cores.clear();
  return cores;
}

}  // namespace

// Engines are made on the lanes' own threads, so whether one can be had is tried out here first.
LaneSet make_lanes(const Layout& layout, bool direct, const JobSettings& settings) {
  EngineOptions options;
  options.timeout = settings.io_timeout;
  const Store& store = *settings.store;
  const EngineChoice trial = store.engine(settings.engine, options);
  LaneSet made;
  made.engine = trial.kind;
  made.reason = trial.reason;
  const unsigned count = settings.io_threads ? settings.io_threads : available_cores();
  const std::uint64_t most_open = open_files_of_a_lane(count);
  const std::vector<unsigned> cores = cores_of_lanes(trial.kind, count);
  for (unsigned i = 0; i < count; ++i) {
    LaneOptions lane;
    lane.most_open_files = most_open;
    lane.index = i;
    if (!cores.empty()) lane.core = cores[i];
    lane.direct = direct;
    lane.names = &layout;
    lane.make_engine = [&store, kind = trial.kind, options] { return store.engine(kind, options).engine; };
    made.lanes.push_back(std::make_unique<Lane>(std::move(lane)));
  }
  return made;
}

}  // namespace aforo
