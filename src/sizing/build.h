// The designs of a need that are listed one by one: those in the cloud, families x services x size.
// What is bought comes as lines of designs (design_line.h). The order is that of the catalogue's files,
// the same for the same ask. Pure, thread-safe.
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

// Appends to `out`, and knows nothing of ask.place.
void build_cloud(const SizingAsk& ask, const Need& need, const Catalogue& catalogue,
                 std::vector<Design>& out);

// Times the bandwidth that full utilisation takes, barrier included: 0 is capacity alone, less than 1 is for
// lower targets, more lets readers wait less for each other. They do not depend on the target: a stricter one
// has some of the same designs. Each is one more design per service, each gap money that the next size wastes.
inline constexpr double kLeastRead = 0.5, kMostRead = 16, kReadStep = 1.06;
// Times the bandwidth at which checkpoints take all of the time that they may: pauses that are shorter.
inline constexpr double kMostWrite = 64, kWriteStep = 1.1;
// Of the datasets, in a hybrid. Chosen likewise.
inline constexpr std::array kFlashShares = {0.05, 0.1, 0.2, 0.35, 0.5, 1.0};

}  // namespace aforo
