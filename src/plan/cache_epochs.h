// What the epochs of a job on caches stand for that are simulated.
#pragma once

#include <cstdint>

#include "model/storage_spec.h"

namespace aforo {

// Cold, filling, and one that stands for all later ones: the third, or the fourth on a page cache, whose third one is
// better than all later.
inline constexpr std::uint64_t kMostCacheEpochs = 4;
std::uint64_t most_cache_epochs(const StorageSpec& storage);

// The job, as its caches see it.
struct EpochsOnCaches {
  double dataset_bytes = 0;
  double hosts = 1;
  std::uint64_t epochs = 1;     // of the job in full
  std::uint64_t simulated = 1;  // at most; [1, kMostCacheEpochs]
  // Over the dataset, in an epoch whose steps were asked for; >= 1.
  double passes = 1;
  // One epoch more would cost too much where it only tells apart what the job is mostly like.
  bool large = false;
};

// Of the epochs that are not simulated, as many as one on full caches stands for; 0 = the last one simulated stands
// for all, which of full caches it does where few are left: of many, the one by itself says what nearly the whole job
// is like, its stations and steps among it. Each of several hosts' caches fills by what its host happens to read: N of
// them take some N passes over the dataset, and what the third epoch does is not what later ones do. Until they are
// full, an epoch is taken to lie between the third and one on full caches by what is missing.
double warm_epochs(const StorageSpec& storage, const EpochsOnCaches& job);

// Whether caches, of which there are some, hold after so many epochs nearly what they ever will, and nothing else of the
// storage is used up by epochs: one after them then is like one on full caches.
bool full_after(const StorageSpec& storage, const EpochsOnCaches& job, std::uint64_t epochs);

}  // namespace aforo
