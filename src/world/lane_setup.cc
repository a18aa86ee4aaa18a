#include "world/lane_setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "base/control_group.h"
#include "base/error.h"
#include "storage/machine.h"

namespace aforo {

namespace {

// Of one I/O loop: its engine's ring, events and directory, and a few files; more than any takes.
constexpr std::uint64_t kOfAnEngine = 8;

std::uint64_t without(std::uint64_t files, std::uint64_t taken) { return files - std::min(files, taken); }

// What lanes may keep open beside the files that readers hold: half of what is left at most, as the process opens others.
std::uint64_t kept_by_a_lane(std::uint64_t held, unsigned lanes) {
  const std::uint64_t left = open_files_left();
  return std::min(left / 2, without(left, kOfAnEngine * lanes + held)) / lanes;
}

unsigned lanes_of(unsigned io_threads) { return io_threads ? io_threads : available_cores(); }

// Lanes that do the reading themselves, sleep and are woken some thousand times a second: the scheduler lays several on
// the core that woke them while others idle (measured: two of two on one, a third of the rate lost). Where there is one
// for each core that the process may run on, each has its own; fewer leave others room, as the scheduler sees fit.
// Empty: no lane stays anywhere. The engine of threads reads on threads of its own, which are to spread.
std::vector<unsigned> cores_of_lanes(EngineKind engine, unsigned lanes) {
  std::vector<unsigned> cores = allowed_cores();
  if (engine == EngineKind::kThreads || cores.size() != lanes) cores.clear();
  return cores;
}

// Engines are made on the lanes' own threads, so whether one can be had is tried out here first. `make` makes one.
LaneSet lanes_alike(const std::function<EngineChoice(EngineKind)>& make, LaneOptions lane,
                    const JobSettings& settings, std::uint64_t held) {
  if (const auto lack = open_files_lack(held, settings.io_threads)) throw UserError(*lack);
  EngineChoice trial = make(settings.engine);
  LaneSet made;
  made.engine = trial.kind;
  made.reason = trial.reason;
  trial.engine.reset();  // its threads are not beside the lanes'
  const unsigned count = lanes_of(settings.io_threads);
  lane.most_open_files = kept_by_a_lane(held, count);
  lane.make_engine = [make, kind = trial.kind] { return make(kind).engine; };
  const std::vector<unsigned> cores = cores_of_lanes(trial.kind, count);
  for (unsigned i = 0; i < count; ++i) {
    LaneOptions one = lane;
    one.index = i;
    if (!cores.empty()) one.core = cores[i];
    made.lanes.push_back(std::make_unique<Lane>(std::move(one)));
  }
  return made;
}

}  // namespace

std::optional<std::string> open_files_lack(std::uint64_t held, unsigned io_threads) {
  const unsigned lanes = lanes_of(io_threads);
  const std::uint64_t limit = open_files_limit(), left = open_files_left();
  const std::uint64_t of_lanes = kOfAnEngine * lanes;
  if (left >= of_lanes + held) return std::nullopt;
  const std::uint64_t open = without(limit, left), need = of_lanes + held + open;
  return fmt::format(
      "expected this process to be allowed {} open files ({} that readers hold at once, {} of {}, {} open already), "
      "found a limit of {}: raise it with 'ulimit -n {}' (the hard limit too), or give fewer --accelerators, --workers "
      "or --threads",
      need, held, of_lanes, lanes == 1 ? "1 I/O loop" : fmt::format("{} I/O loops", lanes), open, limit,
      need);
}

std::uint64_t open_files_for_readers(unsigned io_threads) {
  const std::uint64_t left = without(open_files_left(), kOfAnEngine * lanes_of(io_threads));
  return left - left / 4;
}

LaneSet make_lanes(const Layout& layout, bool direct, const JobSettings& settings, std::uint64_t held) {
  LaneOptions lane;
  lane.direct = direct;
  lane.names = &layout;
  EngineOptions options;
  options.timeout = settings.io_timeout;
  const Store& store = *settings.store;
  return lanes_alike([&store, options](EngineKind kind) { return store.engine(kind, options); },
                     std::move(lane), settings, held);
}

LaneSet make_writing_lanes(const FileNames& names, std::shared_ptr<const FileContent> content,
                           const Owned* owned, bool direct, const JobSettings& settings, std::uint64_t held) {
  LaneOptions lane;
  lane.direct = direct;
  lane.names = &names;
  lane.content = std::move(content);
  EngineOptions options;
  options.timeout = settings.io_timeout;
  const Store& store = *settings.store;
  const auto make = [&store, owned, options](EngineKind kind) {
    return owned != nullptr ? owned->engine(kind, options) : store.engine(kind, options);
  };
  return lanes_alike(make, std::move(lane), settings, held);
}

}  // namespace aforo
