// How the dataset of a job lies in a prediction: as it would be generated, or, where that is more than a simulation
// can look at, as a smaller one that is read alike.
//
// Failure: UserError (a layout that cannot be read, a dataset that is too large to be laid), Interrupted.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "dataset/layout.h"
#include "workload/spec.h"

namespace aforo {

// Samples whose sizes are drawn to know the total of a dataset: its mean to about 0.1 %. Chosen.
inline constexpr std::uint64_t kMostScanned = 2'000'000;

// The layout that the workload's dataset has when it is generated; of a very large one whose samples vary and
// lie in shards, a smaller dataset of the same law (a note says so) unless `whole`. Up to half a minute where `whole`.
std::shared_ptr<const Layout> predicted_layout(const Workload& workload, bool whole,
                                               std::vector<std::string>& notes,
                                               const std::stop_token& stop = {});

// The workload's dataset with every sample of the mean size: how many there are in how many files. O(1).
std::shared_ptr<const Layout> of_mean_samples(const Workload& workload);

// For a workload whose dataset was made smaller, of `files` files before: every one of `readers` a rank must still
// find shards of its own, so that it has smaller ones, rather than too few; nor more than there are, which workers
// that have none would read.
void keep_shards(Workload& workload, std::uint64_t readers, std::uint64_t files);

}  // namespace aforo
