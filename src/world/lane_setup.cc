#include "world/lane_setup.h"

#include <utility>

#include "storage/machine.h"

namespace aforo {

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
  for (unsigned i = 0; i < count; ++i) {
    LaneOptions lane;
    lane.index = i;
    lane.direct = direct;
    lane.names = &layout;
    lane.make_engine = [&store, kind = trial.kind, options] { return store.engine(kind, options).engine; };
    made.lanes.push_back(std::make_unique<Lane>(std::move(lane)));
  }
  return made;
}

}  // namespace aforo
