// A share of a dataset's files onto storage: written, brought there, and said how far.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>

#include "generate/generate_files.h"

namespace aforo {

// What it came to. Plain data.
struct ShareLaid {
  // Every file of the share is there.
  bool all = false;
  // Every file of the share below it is on storage, as far as is known; the dataset's number of files where all are.
  FileId mark = 0;
  // What ended it early, a sync that failed included; absent after a stop.
  std::optional<WriteFailure> failure;
  bool direct_refused = false;
  WriteTimes times;
};

// How it is kept what is on storage.
struct ShareKeeping {
  // Called with a mark that only grows, from a thread of its own, each time that storage has all of the share below it: whether it is
  // kept.
  std::function<bool(FileId)> keep;
  // After a stop request the last sync is left out: the mark is then the last one that was kept.
  bool hurried = false;
};

// Writes `work` and waits until storage has it. Blocks; options.threads threads and one that syncs (generate_keeper.h), which
// have ended when it returns. A stop ends it within a block of each.
ShareLaid lay_share(const GeneratedLayout& layout, const FilesToWrite& work, const WriteOptions& options,
                    const ShareKeeping& keeping, const std::stop_token& stop, GenerateCounters& counters);

}  // namespace aforo
