// What is asked of `aforo size`: jobs on one storage, what it must hold, and what may be bought. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "workload/spec.h"

namespace aforo {

struct SizedJob {
  Workload workload;  // accelerator.count is N, training.au_target the target
  double duty = 1;    // share of the time that it runs, (0, 1]
};

enum class Place { kAny, kOnPremises, kCloud };

struct SizingAsk {
  std::vector<SizedJob> jobs;     // at least one; all may run at once
  std::optional<Bytes> capacity;  // to be held today; absent = the jobs' datasets and checkpoints
  double growth = 0;              // of the capacity, per year, [0, 10]
  double years = 0;               // until which it must hold what has grown
  double snapshots = 0;           // share of the capacity kept again as snapshots, [0, 10]
  std::uint32_t accelerators_per_host = 8;
  std::optional<Seconds> failures;          // mean time between failures of the whole of a job
  std::optional<Dollars> accelerator_hour;  // instead of the price book's
  Place place = Place::kAny;
  std::string provider;        // of cloud services; "" = any
  std::string family;          // only designs of this family; "" = any
  std::optional<Bytes> cache;  // flash in every host, for caching: only designs with just that
  std::uint64_t epochs = 10;   // a job trains for at least so many: a cache pays from the second on
};

}  // namespace aforo
