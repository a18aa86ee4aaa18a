// CheckpointLayout: the files of a job's checkpoints, by number and by name.
//
// Of the checkpoint with number 7, while it is written and once it is whole:
//
//   checkpoint-000007.writing/__12_0.distcp      file 0 of rank 12
//   checkpoint-000007.writing/.metadata.new      what proves it whole, under a temporary name
//   checkpoint-000007/__12_0.distcp
//   checkpoint-000007/.metadata
//
// so that nothing is ever called checkpoint-000007 but what is whole: the renaming of the directory is the last
// step. The files are called as their layout's (CheckpointFiles) programs call them; what proves a checkpoint
// whole is .metadata in DCP's layouts, and aforo-checkpoint.json in the others.
//
// Computed, O(1) memory, O(log ranks) time; immutable, thread-safe. Which file holds how much: CheckpointShape.
#pragma once

#include <optional>
#include <string_view>

#include "dataset/file_names.h"
#include "workload/checkpoint_shape.h"

namespace aforo {

class CheckpointLayout final : public FileNames {
 public:
  // One file, by what it belongs to; each counts from 0.
  struct File {
    std::uint64_t checkpoint = 0;
    std::uint32_t rank = 0, part = 0;
    bool operator==(const File&) const = default;
  };

  explicit CheckpointLayout(const CheckpointShape& shape);
  const CheckpointShape& shape() const { return shape_; }

  // While it is written. The files of a checkpoint are neighbours, in the order of ranks. Requires
  // rank < shape().ranks(), part < shape().files_of(rank); checkpoints below 2^32, each of less than 2^28 files.
  FileId id(const File& file) const;
  // The inverse, for every id of a file, written or whole.
  File file(FileId id) const;

  // The same file once its checkpoint is whole; of the manifest too.
  static FileId whole(FileId id) { return id | kWhole; }
  // What a file's bytes depend on: the same before and after.
  static FileId content_of(FileId id) { return id & ~kWhole; }

  // Of the checkpoint with that number: its directory while it is written, and then; its manifest under its
  // temporary name, and then.
  static FileId writing_directory(std::uint64_t checkpoint) { return kDirectory | checkpoint; }
  static FileId directory(std::uint64_t checkpoint) { return kWhole | kDirectory | checkpoint; }
  static FileId new_manifest(std::uint64_t checkpoint) { return kNewManifest | checkpoint; }
  static FileId manifest(std::uint64_t checkpoint) { return kManifest | checkpoint; }

  using FileNames::path;
  std::size_t path(FileId file, std::span<char, kMaxPath> out) const override;

 private:
  static constexpr FileId kWhole = FileId{1} << 63, kDirectory = FileId{1} << 62,
                          kNewManifest = FileId{1} << 61, kManifest = FileId{1} << 60;

  CheckpointShape shape_;
  std::uint64_t files_;  // of one checkpoint, at least 1
};

// What lies right below a place of checkpoints, by its name: a whole one or one that was being written. Absent: neither.
struct CheckpointName {
  std::uint64_t number = 0;
  bool whole = false;
};
std::optional<CheckpointName> checkpoint_of_name(std::string_view name);

// Whether a file in a checkpoint's directory may be one of a checkpoint, of whatever layout, by its name.
bool is_checkpoint_file_name(std::string_view name);

// The manifest's name within a checkpoint of that layout.
std::string_view manifest_name(CheckpointFiles files);

}  // namespace aforo
