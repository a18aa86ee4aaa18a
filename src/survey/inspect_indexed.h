// Samples of packed files that aforo does not read, by what an index says of them: MDS shards (their heads) and
// Megatron corpora (the .idx beside the .bin). For `inspect`.
#pragma once

#include <optional>
#include <stop_token>

#include "survey/dataset_census.h"
#include "survey/inspect_samples.h"

namespace aforo {

// The samples of all chosen files. Of a Megatron corpus their mean sizes: the index of each is not read whole.
// Nothing if the kind has no index that aforo knows, or one of the files has none that fits. Blocks; nothing
// after a stop.
std::optional<Samples> measure_indexed(const Store& store, const Census& census, const SampleChoice& choice,
                                       const std::stop_token& stop);

// The files of the choice by what their bytes take on storage: what a memory map is made for is no size.
Samples measure_allocated(const Store& store, const Census& census, const SampleChoice& choice,
                          const std::stop_token& stop);

// What each file of the choice is by its first bytes, by `threads` threads: none after a stop.
struct LookedInto {
  std::map<FileKind, std::uint64_t> kinds;
  std::map<FileKind, std::string> first;  // by path
  // Of the chosen kind, those without the bytes that a whole file of it ends with, and the first by path.
  std::uint64_t cut = 0;
  std::string first_cut;
};
LookedInto look_into_all(const Store& store, const Census& census, const SampleChoice& choice,
                         unsigned threads, const std::stop_token& stop);

}  // namespace aforo
