// CheckpointLayout: the files of a job's checkpoints, by number and by name.
//
// File `part` of `rank` in the n-th checkpoint is called
//
//   checkpoint-000007.rank-00012.part-00.bin
//
// names sort by checkpoint, then rank, then part, and say whose they are without a table. All lie
// in one directory, so that nothing but files needs to be made while ranks write side by side. No
// name is used twice in a job: a checkpoint that is cut short leaves the one before it as it was.
//
// Computed, O(1) memory; immutable, thread-safe. Which bytes a file holds: shard_of in
// workload/checkpoint.h.
#pragma once

#include "dataset/file_names.h"

namespace aforo {

class CheckpointLayout final : public FileNames {
 public:
  // One file, by what it belongs to; each counts from 0.
  struct File {
    std::uint64_t checkpoint = 0;
    std::uint32_t rank = 0, part = 0;
    bool operator==(const File&) const = default;
  };

  // Of `ranks` >= 1, all of the job's, with `files_per_rank` >= 1 files each.
  CheckpointLayout(std::uint32_t ranks, std::uint32_t files_per_rank);

  // ((checkpoint x ranks) + rank) x files_per_rank + part: the files of a checkpoint are
  // neighbours. Requires rank < ranks, part < files_per_rank.
  FileId id(const File& file) const;
  // The inverse, for every id.
  File file(FileId id) const;
  using FileNames::path;
  std::size_t path(FileId file, std::span<char, kMaxPath> out) const override;

 private:
  std::uint64_t ranks_, files_per_rank_;
};

}  // namespace aforo
