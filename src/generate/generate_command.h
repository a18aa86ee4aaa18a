// `aforo generate`: lay a workload's dataset on a directory, at the speed of the device;
// and take it away again.
//
// The directory must be absent, empty, or carry aforo's own marker for the same dataset; anything
// else is a UserError before a byte is written. The bytes depend on the dataset block and its seed
// alone, not on threads or resumption.
//
// Resumption: files are written under their final names in file order; the marker holds a low-water mark
// (every file below it was written in full). A later call of the same dataset checks the files below the mark
// by size, compares those that lie above it byte by byte, and writes what is missing or differs. Data is made
// durable by syncfs (periodically, and once at the end), never file by file.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "measure/record.h"
#include "workload/spec.h"
#include "world/progress.h"

namespace aforo {

struct GenerateOptions {
  Workload workload;
  std::string directory;
  unsigned threads = 0;  // 0 = one per core
  // O_DIRECT for the 4096-aligned part of every file.
  bool direct = false;
};

struct GenerateOutcome {
  Json record;           // docs/record.md
  bool partial = false;  // stopped, or writing failed: the same call goes on from there
  // Why writing failed, a sentence for people; empty where it did not.
  std::string error;
  std::uint64_t files_complete = 0;  // of a call that writes: files [0, files_complete) are whole
};

// What `generate` would do: files, bytes, free space, whether it fits. Touches nothing.
Json plan_generate(const GenerateOptions& options);

// Writes the dataset. Returns the Record; `state` is "complete", or "partial" with `partial` = true
// after a stop request or when writing failed (full disk, EIO; `error` is then the sentence): a
// later call resumes. Throws UserError when the directory is not ours, when the dataset does not
// fit, and when nothing at all can be written there.
// `sink` is called from one internal thread, which has ended when this returns.
GenerateOutcome generate(const GenerateOptions& options, std::stop_token stop, const ProgressSink& sink);

// Removes what the manifest in `directory` names, the directories made for it if they are then empty, and the
// marker last; foreign files stay, are counted and some are named. A stop request leaves the marker: call
// again. Throws UserError when the directory carries no marker of aforo.
GenerateOutcome delete_generated(const std::string& directory, bool dry_run, std::stop_token stop,
                                 const ProgressSink& sink);

}  // namespace aforo
