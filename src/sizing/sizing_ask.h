// What is asked of `aforo size`: jobs on one storage, what it must hold, and what may be
// bought. Plain data, SI units, copy freely. Nothing is checked here: need_of() refuses
// what contradicts itself.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "catalogue/catalogue.h"
#include "sizing/design.h"
#include "workload/spec.h"

namespace aforo {

// One job, and how much of the time it runs.
struct SizedJob {
  // accelerator.count is N, training.au_target the target.
  Workload workload;
  // Share of the time that it runs, (0, 1]. It counts for money, not for bandwidth: all
  // jobs may run at once.
  double duty = 1;
};

// Where storage may stand. kAny compares both.
enum class Place { kAny, kOnPremises, kCloud };

// Chosen: a team keeps a dataset for about a year before it is replaced. At a month a cold epoch weighs
// twelve times as much, which is still little beside the hundreds of epochs of a dataset that fits a cache.
inline constexpr std::uint64_t kProjectMonths = 12;

// How the accelerators are paid for, and so what an hour of theirs that passes idle costs.
enum class AcceleratorTerms { kOwned, kCommitted1y, kCommitted3y, kOnDemand, kSpot };
// All of them, once each.
inline constexpr std::array kAcceleratorTerms = {AcceleratorTerms::kOwned, AcceleratorTerms::kCommitted1y,
                                                 AcceleratorTerms::kCommitted3y, AcceleratorTerms::kOnDemand,
                                                 AcceleratorTerms::kSpot};
// "owned", "committed-1y", ...: what --accelerator-terms and Records call them.
constexpr std::string_view to_string(AcceleratorTerms terms) {
  constexpr std::string_view kWords[] = {"owned", "committed-1y", "committed-3y", "on-demand", "spot"};
  return kWords[static_cast<std::size_t>(terms)];
}

// A second place for what is held, from which training is not fed: an archive class of an object store in
// another region, which hands data back within hours, or within half a day.
enum class Backup { kArchive, kDeepArchive };
constexpr std::string_view to_string(Backup backup) {
  return backup == Backup::kArchive ? "archive" : "deep-archive";
}

// What a storage may be asked for beyond holding and feeding: lines of its bill (extra_lines.h).
struct Extras {
  // Of all that is held, the first included, each at a site (in the cloud: a region) of its own. The others
  // are the storage without the flash in front of it.
  std::uint32_t copies = 1;
  std::optional<Backup> backup;  // absent = none
  // Of the bytes read from a file service in the cloud, the share that crosses zones, [0, 1].
  double cross_zone = 0;
};

// The whole question. The defaults ask for one storage today, of any kind.
struct SizingAsk {
  std::vector<SizedJob> jobs;  // at least one; all may run at once
  // To be held today; absent = the jobs' datasets and two checkpoints of each. What is bought has
  // grown from it: capacity x (1 + growth)^years x (1 + snapshots).
  std::optional<Bytes> capacity;
  double growth = 0;  // of the capacity, per year, [0, 10]
  double years = 0;   // until which it must hold what has grown
  // Share of the capacity kept again as snapshots, [0, 10].
  double snapshots = 0;
  std::uint32_t accelerators_per_host = 8;
  // Memory of an accelerator host, which caches files; absent = none is counted on.
  std::optional<Bytes> host_memory;
  // Of every host, bought or rented; absent = as in the catalogue's host of the accelerators.
  std::optional<std::uint32_t> host_cores;
  // Mean time between failures of the whole of a job; absent = no checkpoint interval
  // follows from failures.
  std::optional<Seconds> failures;
  // Instead of the price book's.
  std::optional<Dollars> accelerator_hour;
  // Absent: as is usual where the storage stands, owned on premises and on demand in the cloud.
  std::optional<AcceleratorTerms> accelerator_terms;
  Extras extras;
  std::uint32_t sites = 1;  // that there are on premises; a copy needs one of its own
  Place place = Place::kAny;
  // Of cloud services; absent = any.
  std::optional<Provider> provider;
  // Only designs of this family; absent = any.
  std::optional<Family> family;
  // Flash in every host, for caching: only designs with just that.
  std::optional<Bytes> cache;
  // How long the project goes on with the same data: a cache that has been filled stays so. A job then
  // trains for as many epochs as its duty holds of that at full speed, never for fewer than it says itself.
  // Absent = for as many as it says.
  std::optional<double> project_months = kProjectMonths;
};

}  // namespace aforo
