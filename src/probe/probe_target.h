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
#include "storage/remote_access.h"
#include "storage/store.h"
#include "workload/spec.h"
#include "world/progress.h"

namespace aforo {

// Of a dataset that was laid: samples that it was begun with, and the files that became whole.
struct LaidFiles {
  std::uint64_t samples = 0;
  FileId files = 0;
};

// One dataset to read, and how. Move-only. What reads it ends before it does.
struct ProbeData {
  // Where it lies: the probe's own directory, or a folder in it.
  std::shared_ptr<Store> store;
  std::unique_ptr<Layout> layout;
  // Of the layout: all are there.
  FileId files = 0;
  ReadKind kind = ReadKind::kFile;
  // How a job would read it: requests, mode, delivery.
  LoaderSpec loader;
  // Where a probe laid it.
  LaidFiles laid;
  // For the Record: where what was wanted and what lies there differ, what was left out.
  std::vector<std::string> warnings;
};

// A dataset to lay: sizes and layout of `dataset`, as many samples as time and room allow.
struct ProbeWish {
  // Of its folder, behind "aforo-probe-": "file-114kB".
  std::string name;
  DatasetSpec dataset;
  LoaderSpec loader;
};

// With a workload: its own dataset, in shards of 32 MiB at most, so that time suffices for some.
// Without: whole files of 114 kB and of 2.8 MB, and shards read in requests of 1 MiB: small files,
// large ones, and streams that hardly open any.
std::vector<ProbeWish> probe_wishes(const std::optional<Workload>& workload);

// True: a dataset lies there. False: absent, empty, or holds nothing but what an earlier probe that was
// killed laid; a probe may lay its own. Throws UserError where neither can be told.
bool holds_dataset(const Store& store, const RemoteAccess& access = {});

// The dataset in `store`, read as the workload says, else as it looks. Throws UserError (damaged shards,
// a layout that cannot be read, what open_dataset refuses), Interrupted on a stop.
ProbeData found_data(std::shared_ptr<Store> store, const std::optional<Workload>& workload, unsigned threads,
                     std::stop_token stop);

// Where the data of a wish lie within `directory`.
std::string folder_of(const std::string& directory, const ProbeWish& wish);
// The data of a wish that were laid there.
ProbeData laid_data(const std::string& directory, const RemoteAccess& access, const ProbeWish& wish,
                    const LaidFiles& laid);

// Lays datasets in folders of a directory and removes them, and the directories made for them, at
// its end. One thread. Nothing else is touched but what an earlier probe laid: generate's marker in
// each folder says what a probe's own is.
class ProbeGround {
 public:
  // Throws UserError where there is too little room for `wishes` to be worth it. Touches nothing yet, but for
  // what an earlier probe left behind.
  ProbeGround(const Store& store, const RemoteAccess& access, const std::vector<ProbeWish>& wishes);
  // Removes, as far as that works, and is silent about the rest: call remove() to hear of it.
  ~ProbeGround();
  ProbeGround(const ProbeGround&) = delete;
  ProbeGround& operator=(const ProbeGround&) = delete;

  // Writes for about `time`, longer only until there are a few files (six times that at most).
  // Blocks. What was laid by then is a dataset of its own, with as many samples as there are.
  // Throws UserError (no room, an error while writing), Interrupted on a stop.
  ProbeData lay(const ProbeWish& wish, Seconds time, std::stop_token stop, const ProgressSink& sink);

  // What an earlier probe had left behind, as it was killed, and has been removed.
  Bytes left_over() const { return left_over_; }

  // What is left is removed once, a second call finds nothing. Nothing may read it any more. Throws
  // UserError if something could not be removed.
  void remove();

 private:
  void remove_left_over(const Store& store);

  std::string directory_;
  RemoteAccess access_;
  // Directories that are not there yet, outermost first.
  std::vector<std::string> made_;
  // Of datasets that were begun.
  std::vector<std::string> folders_;
  // For each dataset: half of what is free, shared out, at most 16 GiB.
  Bytes room_{0};
  Bytes left_over_{0};
};

}  // namespace aforo
