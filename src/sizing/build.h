// The designs of a need that are listed one by one: drives in the hosts alone, and those in the cloud, families x
// services x size. What else is bought comes as lines of designs (design_line.h). The order is that of the
// catalogue's files, the same for the same ask. Pure, thread-safe.
#pragma once

#include <array>
#include <vector>

#include "sizing/design.h"
#include "sizing/need.h"
#include "sizing/sizing_ask.h"

namespace aforo {

// All that the ask's place, provider and family allow; empty where the catalogue offers none. They
// point into `catalogue`, which outlives them.
std::vector<Design> build_designs(const SizingAsk& ask, const Need& need, const Catalogue& catalogue);

// The parts of it; each appends to `out`, and knows nothing of ask.place. Drives in the hosts and no other
// storage: nothing where more is held than the jobs' own data, or kept in several copies.
void build_hosts(const SizingAsk& ask, const Need& need, const Catalogue& catalogue,
                 std::vector<Design>& out);
// Services that the jobs read from, and hot copies before an object store.
void build_cloud(const SizingAsk& ask, const Need& need, const Catalogue& catalogue,
                 std::vector<Design>& out);
void build_cloud_archive(const SizingAsk& ask, const Need& need, const Catalogue& catalogue,
                         std::vector<Design>& out);

// Of a host's bays, filled at most: what is commonly left beside its accelerators (chosen).
inline constexpr std::uint32_t kMostHostDrives = 8;
// Growth and files' overhead do not make a capacity larger than what is trained on.
inline constexpr double kSameSize = 1.05;
// Of each medium and capacity the fastest reader, in the order of `drives`.
std::vector<const Drive*> fastest_of(const std::vector<const Drive*>& drives);
// How many such drives a host may have that must hold so many bytes: the fewest that do, and the next two
// numbers, which read faster. Empty where its bays do not suffice.
std::vector<std::uint32_t> drives_in_host(const Drive& drive, double bytes_in_host);

// Times the bandwidth that full utilisation takes, barrier included: 0 is capacity alone, less than 1 is for
// lower targets, more lets readers wait less for each other. Where a target needs less than the least of them, the
// same steps go on below. They do not depend on the target: a stricter one has some of the same designs. Each is one more design per service, each gap money that the next size wastes.
inline constexpr double kLeastRead = 0.5, kMostRead = 16, kReadStep = 1.06;
// Times the bandwidth at which checkpoints take all of the time that they may: pauses that are shorter.
inline constexpr double kMostWrite = 64, kWriteStep = 1.1;
// Of the datasets, in a hybrid. Chosen likewise.
inline constexpr std::array kFlashShares = {0.05, 0.1, 0.2, 0.35, 0.5, 1.0};

}  // namespace aforo
