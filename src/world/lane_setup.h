// The lanes that a job reads on: as many I/O loops as asked for, all with the same engine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dataset/layout.h"
#include "world/job_settings.h"
#include "world/lane.h"

namespace aforo {

// The lanes of one job, and which engine they got.
struct LaneSet {
  std::vector<std::unique_ptr<Lane>> lanes;
  EngineKind engine = EngineKind::kAuto;  // what was made: never kAuto
  // Why not the preferred one; may be empty.
  std::string reason;
};

// `layout` and the settings' store outlive the lanes. Throws UserError if the engine or the
// directory cannot be had.
LaneSet make_lanes(const Layout& layout, bool direct, const JobSettings& settings);

}  // namespace aforo
