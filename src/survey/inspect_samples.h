// The samples inside record files (TFRecord, tar), for `inspect`: all of them where that
// is quick, else a part.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "dataset/container.h"
#include "dataset/size_fit.h"
#include "survey/dataset_census.h"

namespace aforo {

// What the files hold, or part of them.
struct Samples {
  // Without framing, such as TFRecord's or a tar member's first header.
  SizeSummary sizes;
  std::uint64_t count = 0;
  // `count` is projected from `files_indexed` files by their share of the bytes.
  bool estimated = false;
  std::uint64_t files_indexed = 0, bytes_indexed = 0;
  ShardOddities odd;
  // Of those indexed; their samples before the damage count.
  std::uint64_t files_damaged = 0;
  std::vector<std::string> damage;  // "path: what", the first few by path

  // What was found in other files.
  void merge(const Samples& other);
  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(sizes, count, estimated, files_indexed, bytes_indexed, odd, files_damaged, damage);
  }
};

// Indexes record files into one summary, called by many threads at a time.
class SampleIndexer {
 public:
  // Both outlive it.
  SampleIndexer(const Container& container, const Store& store) : container_(container), store_(store) {}
  void read(const std::string& path, std::uint64_t size);
  // Afterwards.
  Samples take() { return std::move(samples_); }

 private:
  const Container& container_;
  const Store& store_;
  std::mutex mutex_;
  Samples samples_;
};

// Indexes the chosen files, of a container that has headers, by `threads` threads: first the
// census's probes (a random choice); then, if the time that took promises it within some seconds,
// all of them in a second listing, or by `index_all` where there is one. Blocks. On a stop the count is projected from
// what was indexed by then; nothing throws for what a file holds.
Samples measure_packed(const Container& container, const Store& store, const Census& census,
                       const SampleChoice& choice, unsigned threads, const std::stop_token& stop,
                       const std::function<Samples()>& index_all);

// The fitted law as people can read it: whole bytes, but where the total needs parts of them. Its distance is
// its own.
SizeFit readable(const SizeFit& fit, const SizeSummary& sizes);

}  // namespace aforo
