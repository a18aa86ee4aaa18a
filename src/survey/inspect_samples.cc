#include "survey/inspect_samples.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include "base/parallel_for.h"
#include "dataset/container.h"
#include "storage/engine.h"
#include "survey/dataset_index.h"
#include "survey/dataset_listing.h"

namespace aforo {
namespace {

constexpr double kQuick = 20;  // seconds that indexing all files may take; chosen: what a person waits for

// Indexes files, many threads at a time, into one summary.
class PackedSamples {
 public:
  PackedSamples(const Container& container, const Store& store) : container_(container), store_(store) {}

  void read(const std::string& path, std::uint64_t size) {
    const FileIndex index = index_file(container_, store_, path, size);
    const std::uint64_t framing = container_.framing_bytes();
    const std::lock_guard lock(mutex_);
    ++samples_.files_indexed;
    bytes_ += size;
    samples_.count += index.samples.size();
    for (const Extent& sample : index.samples)
      samples_.sizes.add(sample.length - std::min(sample.length, framing));
    samples_.odd.add(index.odd);
    if (index.error.empty()) return;
    ++samples_.files_damaged;
    if (samples_.damage.size() < 3) samples_.damage.push_back(path + ": " + index.error);
  }

  // There are `files` files of `bytes` in all: those not indexed are taken to be like the others.
  Samples take(std::uint64_t files, std::uint64_t bytes) {
    if (samples_.files_indexed < files && bytes_ > 0) {
      const double share = static_cast<double>(bytes) / static_cast<double>(bytes_);
      samples_.count = static_cast<std::uint64_t>(std::llround(static_cast<double>(samples_.count) * share));
      samples_.estimated = true;
    }
    return std::move(samples_);
  }

 private:
  const Container& container_;
  const Store& store_;
  std::mutex mutex_;
  Samples samples_;
  std::uint64_t bytes_ = 0;
};

void read_probes(const Store& store, const std::vector<std::string>& probes, unsigned threads,
                 const std::stop_token& stop, PackedSamples& into) {
  parallel_for(probes.size(), 1, threads, stop, [&](unsigned, std::uint64_t i, std::uint64_t) {
    if (const auto size = store.size_of(probes[i])) into.read(probes[i], *size);
  });
}

}  // namespace

SizeFit readable(const SizeFit& fit, const SizeSummary& sizes) {
  SizeFit plain = fit;
  plain.law.mean = std::round(fit.law.mean);
  plain.law.stddev = std::round(fit.law.stddev);
  // Parts of a byte stay where the total needs them: sizes of a few bytes.
  const auto round_to = [&](double part) {
    plain.law.quantiles = fit.law.quantiles;
    for (double& quantile : plain.law.quantiles) quantile = std::round(quantile / part) * part;
  };
  constexpr double kSameTotal = 1e-4;
  for (const double part : {1.0, 0.125}) {
    round_to(part);
    if (std::abs(law_mean(plain.law) - sizes.mean()) <= kSameTotal * sizes.mean()) break;
  }
  if (plain.law.mean < 1 || std::abs(plain.law.mean - fit.law.mean) > kSameTotal * fit.law.mean)
    plain.law.mean = std::round(1000 * fit.law.mean) / 1000;
  if (fit.law.kind == LawKind::kEmpirical) plain.distance = law_distance(plain.law, sizes);
  return plain;
}

Samples measure_packed(const Container& container, const Store& store, const Census& census,
                       const SampleChoice& choice, unsigned threads, const std::stop_token& stop) {
  std::vector<std::string> probes;
  for (const std::string& group : choice.groups) {
    const auto& some = census.groups().find(group)->second.probes;
    probes.insert(probes.end(), some.begin(), some.end());
  }
  const Seconds begun = monotonic_now();
  PackedSamples some(container, store);
  read_probes(store, probes, threads, stop, some);
  const double each =
      (monotonic_now() - begun).value / static_cast<double>(std::max<std::size_t>(probes.size(), 1));
  const bool quick = each * static_cast<double>(choice.files) < kQuick;
  if (choice.files <= probes.size() || !quick || stop.stop_requested()) {
    return some.take(choice.files, choice.bytes);
  }
  PackedSamples all(container, store);
  list_dataset(store, threads, stop, nullptr, [&](unsigned, std::string_view path, std::uint64_t size) {
    const std::string extension = extension_of(path);
    const bool own = census.groups().find(extension) != census.groups().end();
    if (choice.includes(own ? extension : std::string(Census::kRest))) all.read(std::string(path), size);
  });
  return all.take(choice.files, choice.bytes);
}

}  // namespace aforo
