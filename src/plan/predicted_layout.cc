#include "plan/predicted_layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "dataset/format.h"
#include "dataset/generated_layout.h"
#include "workload/access.h"

namespace aforo {
namespace {

// All chosen.
constexpr std::uint64_t kMostLaid =
    20'000'000;  // sizes drawn where fewer would be read alike: about a second
constexpr std::uint64_t kMostWhole = 400'000'000;  // sizes drawn at all: half a minute
constexpr std::uint64_t kShardsPerReader = 4;      // of a smaller dataset: readers must not run out of shards

bool varies(const Law& law) { return law_cv(law) > 0; }

// One file per sample: sizes are drawn where they are asked for, only the total is estimated.
std::shared_ptr<const Layout> of_many_files(const DatasetSpec& spec) {
  DatasetSpec some = spec;
  some.samples = kMostScanned / 4;
  const GeneratedLayout scanned(some, dataset_id_of(spec));
  const GeneratedLayout::Totals totals{
      static_cast<std::uint64_t>(scanned.mean_sample() * static_cast<double>(spec.samples)),
      scanned.largest_sample() * 4};
  return std::make_shared<GeneratedLayout>(spec, dataset_id_of(spec), totals);
}

}  // namespace

void keep_shards(Workload& workload, std::uint64_t readers, std::uint64_t files) {
  DatasetSpec& data = workload.dataset;
  const std::uint64_t shards = std::min(files, workload.accelerator.count * readers * kShardsPerReader);
  const std::uint64_t most = std::max<std::uint64_t>(1, data.samples / std::max<std::uint64_t>(1, shards));
  data.samples_per_file = std::min(data.samples_per_file, most);
}

std::shared_ptr<const Layout> of_mean_samples(const Workload& workload) {
  DatasetSpec spec = with_made_content(workload.dataset);
  spec.sample_size = {.kind = LawKind::kConstant, .mean = law_mean(spec.sample_size)};
  return std::make_shared<GeneratedLayout>(spec, dataset_id_of(spec));
}

std::shared_ptr<const Layout> predicted_layout(const Workload& workload, bool whole,
                                               std::vector<std::string>& notes, const std::stop_token& stop) {
  require_readable(workload.dataset.layout, "the workload's dataset");
  DatasetSpec spec = with_made_content(workload.dataset);  // contents are not looked at
  const bool many = spec.samples > kMostScanned && varies(spec.sample_size);
  if (many && !traits_of(spec.layout).packed) return of_many_files(spec);
  if (many && whole && spec.samples > kMostWhole)
    throw UserError(fmt::format(
        "expected at most {} samples in a dataset whose caches are simulated beside other jobs, found {}; "
        "leave the caches out, or predict it alone",
        kMostWhole, spec.samples));
  if (many && !whole) {
    // Every reader must still find shards of its own, of which it reads few samples of a large one.
    const std::uint64_t shards = kShardsPerReader * workload.accelerator.count * access_of(workload).readers;
    spec.samples_per_file = std::min(spec.samples_per_file, std::max<std::uint64_t>(1, kMostLaid / shards));
    const std::uint64_t wanted = std::max(kMostScanned, shards * spec.samples_per_file);
    if (wanted < spec.samples) {
      notes.push_back(
          fmt::format("the dataset of {} samples was simulated as one of {} with the same law of sizes",
                      spec.samples, wanted));
      spec.samples = wanted;
    }
  }
  return std::make_shared<GeneratedLayout>(spec, dataset_id_of(spec),
                                           [&stop] { return stop.stop_requested(); });
}

}  // namespace aforo
