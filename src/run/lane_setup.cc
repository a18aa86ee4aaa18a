#include "run/lane_setup.h"

#include <utility>

#include "storage/machine.h"
#include "storage/null_engine.h"

namespace aforo {

// Engines are made on the lanes' own threads, so whether one can be had is tried out here first.
LaneSet make_lanes(const Layout& layout, bool direct, const JobSettings& settings) {
  EngineOptions options;
  options.root = settings.directory;
  options.timeout = settings.io_timeout;
  LaneSet made;
  std::string which = settings.engine;
  if (which == "null") {
    made.engine = "null";
  } else {
    const EngineChoice trial = make_engine(which, options);
    made.engine = which = trial.engine->name();
    made.reason = trial.reason;
  }
  const unsigned count = settings.io_threads ? settings.io_threads : available_cores();
  for (unsigned i = 0; i < count; ++i) {
    LaneOptions lane;
    lane.index = i;
    lane.direct = direct;
    lane.layout = &layout;
    lane.make_engine = [which, options]() -> std::unique_ptr<Engine> {
      if (which == "null") return make_null_engine(options);
      return make_engine(which, options).engine;
    };
    made.lanes.push_back(std::make_unique<Lane>(std::move(lane)));
  }
  return made;
}

}  // namespace aforo
