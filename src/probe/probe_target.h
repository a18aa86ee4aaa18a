// What a probe reads: a dataset that is there and stays as it is, or one that is laid for the probe
// and removed after it.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dataset/layout.h"
#include "model/storage_spec.h"
#include "storage/store.h"
#include "workload/spec.h"
#include "world/progress.h"

namespace aforo {

// One dataset to read, and how.
struct ProbeData {
  std::unique_ptr<Store> store;
  std::unique_ptr<Layout> layout;
  FileId files = 0;  // of the layout: all are there
  ReadKind kind = ReadKind::kFile;
  LoaderSpec loader;
  std::vector<std::string> warnings;
};

// A dataset to lay: sizes and layout of `dataset`, as many samples as time and room allow.
struct ProbeWish {
  // Of its folder: "file-114kB".
  std::string name;
  DatasetSpec dataset;
  LoaderSpec loader;
};

// Without a workload: whole files of 114 kB and of 2.8 MB, and shards read in requests of 1 MiB.
std::vector<ProbeWish> probe_wishes(const std::optional<Workload>& workload);

// True: a dataset lies there. False: absent, empty, or holds nothing but what an earlier probe that was
// killed laid; a probe may lay its own. Throws UserError where neither can be told.
bool holds_dataset(const std::string& directory);

// The dataset in `directory`, read as the workload says, else as it looks. Throws UserError (damaged shards,
// a layout that cannot be read, what open_dataset refuses), Interrupted on a stop.
ProbeData found_data(const std::string& directory, const std::optional<Workload>& workload, unsigned threads,
                     std::stop_token stop);

// Lays datasets in folders of `directory` and removes them, and the directories made for them, at its end.
class ProbeGround {
 public:
  // Throws UserError where there is too little room for `wishes` to be worth it. Touches nothing yet, but for
  // what an earlier probe left behind.
  ProbeGround(std::string directory, const std::vector<ProbeWish>& wishes);
  ~ProbeGround();  // removes, as far as that works
  ProbeGround(const ProbeGround&) = delete;
  ProbeGround& operator=(const ProbeGround&) = delete;

  // Writes for about `time`, longer only until there are a few files. Throws UserError (no room, an error
  // while writing), Interrupted on a stop.
  ProbeData lay(const ProbeWish& wish, Seconds time, std::stop_token stop, const ProgressSink& sink);

  // Throws UserError if something could not be removed.
  void remove();

 private:
  void remove_left_over(const Store& store);

  std::string directory_;
  // Directories that are not there yet, outermost first.
  std::vector<std::string> made_;
  std::vector<std::string> folders_;  // of datasets that were begun
  Bytes room_{0};                     // for each dataset
};

}  // namespace aforo
