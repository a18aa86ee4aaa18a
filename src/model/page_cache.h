// What Linux keeps in its page cache, and what a file costs there. Pure and thread-safe.
//
// Two lists of pages. What is read enters the inactive one, whose oldest page goes when memory is short. A second
// read moves a page to the active list; so does a first one that comes soon after the page went: sooner than as many
// bytes went or were activated as the active list holds (refaults: mm/workingset.c). Where the active list exceeds
// `active_per_inactive` of the inactive one, its oldest pages go back there.
//
// Measured on Linux 6.18, ext4 and XFS, without MGLRU (docs/page-cache.md).
#pragma once

#include <cstdint>

#include "base/units.h"
#include "model/storage_spec.h"

namespace aforo {

inline constexpr std::uint64_t kPageBytes = 4096;

// The most that the active list holds, in sizes of the inactive one: 1 below 1 GiB of both, else the whole part of
// the root of 10 per GiB (mm/vmscan.c: inactive_is_low).
double active_per_inactive(Bytes cache);

// A file's bytes in whole pages.
double in_pages(double file_bytes);

// What the kernel keeps of a file that was read, beside its pages: inode, the block it came from, name, and the tree
// of its pages, which stays when they go. Bytes.
double kernel_bytes(double file_bytes);

// What so many files of a mean size leave to pages in a page cache of `size`, the kernel's own bytes for them taken
// off. All are known after an epoch, whether their pages stay or not. At least kLeastForPages of it.
Bytes room_for_pages(Bytes size, double files, double file_bytes);
inline constexpr double kLeastForPages = 0.1;

}  // namespace aforo
