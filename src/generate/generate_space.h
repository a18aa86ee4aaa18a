// Room on a file system: what is free before a dataset is laid on it, and whether it fits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/units.h"
#include "storage/store.h"

namespace aforo {

struct Space {
  // "ext4", "tmpfs", "nfs4".
  std::string filesystem;
  Bytes free;  // for this user
  // Smallest unit of allocation.
  Bytes block{4096};
  // Absent where the file system makes them as needed.
  std::optional<std::uint64_t> free_inodes;
};

// Of the place that `store` is, or will be when it is made. Throws UserError if it cannot be asked.
Space space_at(const Store& store);

// What is still to be written.
struct SpaceNeeded {
  // With every file rounded up to whole blocks.
  Bytes bytes;
  std::uint64_t inodes = 0;
};

// For the file system's own tables.
inline constexpr double kSpaceMargin = 0.01;

// Whether `needed` and a margin fit; else one sentence saying what is needed, what is free and what to do.
std::optional<std::string> why_not_fitting(const SpaceNeeded& needed, const Space& space,
                                           const std::string& directory);

}  // namespace aforo
