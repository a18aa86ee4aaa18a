// The lanes that a job reads on: as many I/O loops as asked for, all with the same engine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataset/file_content.h"
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
// thread first, so that the refusal comes once and not from every lane. `held`: files that readers hold open at once; of
// what this process may open besides, each lane keeps its share. Throws UserError if the engine or the directory cannot be
// had, or the process may open too few files.
LaneSet make_lanes(const Layout& layout, bool direct, const JobSettings& settings, std::uint64_t held);

// Lanes that write, and read what was written: `names` and `content` of what is made there, and `owned` lets it be made
// (null: they read alone, through settings.store). As many as asked for, or one per core; as make_lanes otherwise.
LaneSet make_writing_lanes(const FileNames& names, std::shared_ptr<const FileContent> content,
                           const Owned* owned, bool direct, const JobSettings& settings, std::uint64_t held);

// Why this process may open too few files for that many I/O loops (0 = one per core) and `held` ones beside: a sentence
// that says the limit and the need. Absent = enough. Asks the kernel for what is open now.
std::optional<std::string> open_files_lack(std::uint64_t held, unsigned io_threads);

// `held` of readers whose number is still to be chosen: three quarters of what loops leave, so that lanes keep some.
std::uint64_t open_files_for_readers(unsigned io_threads);

}  // namespace aforo
