// Checkpoints restored one after another, each into the Record: of this process's ranks, and those of the other hosts.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "dataset/checkpoint_content.h"
#include "dataset/checkpoint_manifest.h"
#include "measure/record.h"
#include "save/save_hosts.h"
#include "save/save_options.h"
#include "save/save_work.h"
#include "storage/store.h"

namespace aforo {

// Threads: one. All that it is given outlives it.
class Restorer {
 public:
  // `whole`: those of the place, by rising number.
  Restorer(const SaveOptions& options, const Store& store, std::vector<CheckpointManifest> whole)
      : options_(options), store_(store), whole_(std::move(whole)) {}

  // The newest, as many as are restored in turn.
  std::vector<CheckpointManifest> chosen() const;
  // Throws UserError as checkpoint_place's does.
  void require_all_files() const;

  // The i-th of `reads`: the newest in turn, the oldest of them first. All hosts come to it. False: it failed, or was
  // stopped; the Record and `out` have it, at the first.
  bool restore(std::uint64_t i, SaveHosts& hosts, std::stop_token stop, SaveCounters& counters,
               SaveOutcome& out);

 private:
  const SaveOptions& options_;
  const Store& store_;
  const std::vector<CheckpointManifest> whole_;
};

}  // namespace aforo
