// Samples of packed files that aforo does not read, by what an index says of them: MDS shards (their heads) and
// Megatron corpora (the .idx beside the .bin). For `inspect`.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

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

// What files are by their first bytes.
struct LookedInto {
  std::map<FileKind, std::uint64_t> kinds;
  std::map<FileKind, std::string> first;  // by path
  // Of the chosen kind, those without the bytes that a whole file of it ends with, and the first by path.
  std::uint64_t cut = 0;
  std::string first_cut;

  void merge(const LookedInto& other);
  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    std::vector<FileKind> order;
    std::vector<std::uint64_t> counts;
    std::vector<std::string> paths;
    for (const auto& [kind, files] : kinds) {
      order.push_back(kind);
      counts.push_back(files);
      paths.push_back(first[kind]);
    }
    carrier(order, counts, paths, cut, first_cut);
    for (std::size_t i = 0; i < std::min({order.size(), counts.size(), paths.size()}); ++i)
      kinds[order[i]] = counts[i], first[order[i]] = paths[i];
  }
};

// Looks into files by their first bytes, and by their last ones where they are of `kind`.
class FrontReader {
 public:
  // `store` outlives it.
  FrontReader(const Store& store, FileKind kind, unsigned threads)
      : store_(store), kind_(kind), parts_(threads) {}
  // By thread `thread` of `threads`. What cannot be read is left out.
  void look(unsigned thread, std::string_view path, std::uint64_t size);
  // Afterwards.
  LookedInto take();

 private:
  const Store& store_;
  FileKind kind_;
  std::vector<LookedInto> parts_;
};

// Every file of the choice, by `threads` threads: what was seen until then after a stop.
LookedInto look_into_all(const Store& store, const Census& census, const SampleChoice& choice,
                         unsigned threads, const std::stop_token& stop);

}  // namespace aforo
