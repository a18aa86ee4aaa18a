// The lanes that a job reads on: as many I/O loops as asked for, all with the same engine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dataset/layout.h"
#include "world/job_settings.h"
#include "world/lane.h"

namespace aforo {

// The lanes of one job, all alike, and which engine they got.
struct LaneSet {
  std::vector<std::unique_ptr<Lane>> lanes;
  // What was made: never kAuto.
  EngineKind engine = EngineKind::kAuto;
  // Why not the preferred one, a sentence; empty where it was.
  std::string reason;
};

// settings.io_threads lanes, running when this returns. `layout` gives the files' names; it and the
// settings' store outlive the lanes. Whether the engine can be had is tried out on the calling
// thread first, so that the refusal comes once and not from every lane. Of the files that this process may open
// each lane keeps its share. Throws UserError if the engine or the directory cannot be had, or the process may open too
// few files.
LaneSet make_lanes(const Layout& layout, bool direct, const JobSettings& settings);

}  // namespace aforo
