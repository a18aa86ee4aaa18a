// From a directory to a Layout: the dataset that a job is trained on, whoever laid it there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dataset/layout.h"
#include "dataset/manifest.h"
#include "storage/store.h"
#include "workload/spec.h"

namespace aforo {

// A shard that is cut short, corrupt or unreadable: found before any sample is read.
struct Damage {
  // Relative to the dataset's directory.
  std::string path;
  std::string what;  // what is wrong with it, without the path
};

// A dataset ready to be read: where each sample lies, and what a person should know of it.
// Move-only; the store outlives it.
struct OpenedDataset {
  // Chosen: more is not read by anybody; the number of all is kept.
  static constexpr std::size_t kDamagedNamed = 100;

  std::unique_ptr<Layout> layout;
  // Of a generated dataset; absent for any other.
  std::optional<Manifest> manifest;
  // As found: `wanted`, corrected by what lies there.
  DatasetSpec spec;
  // Sentences: what was left out.
  std::vector<std::string> warnings;
  // Sentences: where what was wanted and what lies there differ, and which holds.
  std::vector<std::string> differences;
  // The damaged shards, whose samples before the damage are part of the layout (of a generated dataset, all of
  // theirs): in order of path, at most kDamagedNamed of them. Whether damage ends the command is the caller's policy. They
  // are not in `warnings`.
  std::vector<Damage> damaged;
  std::uint64_t damaged_files = 0;  // all of them, named or not
};

// What to do about damage, a clause.
std::string how_to_mend(const OpenedDataset& damaged);

// A generated dataset (complete marker) is opened from its manifest; of its files only shards are asked, for their
// sizes: what was cut since is `damaged`, and stays in the layout. Anything else is scanned: names and sizes; TFRecord and tar shards are indexed (from their .idx
// where it is there and fits, else by walking the headers) by `threads` threads (0 = one per core).
// `wanted` says how to read what is found.
//
// Blocks: at once for a generated one of a file a sample, as long as asking for each shard's size for one of shards, else
// as long as listing and reading headers takes. Memory
// grows with the names and, of shards, with the samples. Throws UserError when the directory cannot
// be read, holds no such samples, is a generated dataset that is not complete, or contradicts
// `wanted`; Interrupted on a stop request. Another number or size of samples than wanted is no
// contradiction: see `differences`.
OpenedDataset open_dataset(const Store& store, const DatasetSpec& wanted, unsigned threads,
                           std::stop_token stop);

// The same where nobody says what lies there: a generated one as its marker says, any other read as its files
// look. `differences` is empty. Throws as open_dataset does.
OpenedDataset open_as_found(const Store& store, unsigned threads, std::stop_token stop);

}  // namespace aforo
