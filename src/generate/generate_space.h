// Room on a file system: what is free before a dataset is laid on it, and whether it fits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/units.h"
#include "storage/store.h"
#include "workload/spec.h"

namespace aforo {

// As the file system says at one moment: others may take of it meanwhile.
struct Space {
  // "ext4", "tmpfs", "nfs4".
  std::string filesystem;
  // For this user: without what is reserved for root.
  Bytes free;
  // Smallest unit of allocation.
  Bytes block{4096};
  // Absent where the file system makes them as needed.
  std::optional<std::uint64_t> free_inodes;
};

// Of the place that `store` is, or will be when it is made. Throws UserError if it cannot be asked.
Space space_at(const Store& store);

// What is still to be written. Files that are there whole are not in it.
struct SpaceNeeded {
  // With every file rounded up to whole blocks.
  Bytes bytes;
  // Of files and of the directories made for them.
  std::uint64_t inodes = 0;
};

// For the file system's own tables. Chosen: enough for extent trees and directories; more
// would refuse datasets that fit.
inline constexpr double kSpaceMargin = 0.01;

// Whether `needed` and a margin fit: absent = they do; else one sentence saying what is
// needed, what is free and what to do. Bytes are looked at first, then inodes.
// `directory` is for the sentence, and so is `packed`: a layout of fewer files that the job's loader reads.
// Pure.
std::optional<std::string> why_not_fitting(const SpaceNeeded& needed, const Space& space,
                                           const std::string& directory, LayoutKind packed);

}  // namespace aforo
