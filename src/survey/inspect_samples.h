// The samples inside record files (TFRecord, tar), for `inspect`: all of them where that
// is quick, else a part.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
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
  std::uint64_t files_indexed = 0;
  ShardOddities odd;
  // Of those indexed; their samples before the damage count.
  std::uint64_t files_damaged = 0;
  std::vector<std::string> damage;  // "path: what", a few
};

// Indexes the chosen files, of a container that has headers, by `threads` threads: first the
// census's probes (a random choice); then, if the time that took promises it within some seconds,
// all of them in a second listing. Blocks. On a stop the count is projected from what was indexed
// by then; nothing throws for what a file holds.
Samples measure_packed(const Container& container, const Store& store, const Census& census,
                       const SampleChoice& choice, unsigned threads, const std::stop_token& stop);

// The fitted law as people can read it: whole bytes, but where the total needs parts of them. Its distance is
// its own.
SizeFit readable(const SizeFit& fit, const SizeSummary& sizes);

}  // namespace aforo
