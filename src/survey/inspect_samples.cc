#include "survey/inspect_samples.h"

#include <algorithm>
#include <cmath>

#include "base/parallel_for.h"
#include "dataset/container.h"
#include "storage/engine.h"
#include "survey/chosen_files.h"
#include "survey/dataset_index.h"

namespace aforo {
namespace {

constexpr double kQuick = 20;  // seconds that indexing all files may take; chosen: what a person waits for

void read_probes(const Store& store, const std::vector<std::string>& probes, unsigned threads,
                 const std::stop_token& stop, SampleIndexer& into) {
  parallel_for(probes.size(), 1, threads, stop, [&](unsigned, std::uint64_t i, std::uint64_t) {
    if (const auto size = store.size_of(probes[i])) into.read(probes[i], *size);
  });
}

// There are `files` files of `bytes` in all: those not indexed are taken to be like the others.
Samples projected(Samples samples, std::uint64_t files, std::uint64_t bytes) {
  if (samples.files_indexed >= files || samples.bytes_indexed == 0) return samples;
  const double share = static_cast<double>(bytes) / static_cast<double>(samples.bytes_indexed);
  samples.count = static_cast<std::uint64_t>(std::llround(static_cast<double>(samples.count) * share));
  samples.estimated = true;
  return samples;
}

// In whatever order they come, the same stay.
void keep_first(std::vector<std::string>& some, const std::string& another) {
  constexpr std::size_t kMost = 3;  // for a sentence
  some.insert(std::upper_bound(some.begin(), some.end(), another), another);
  if (some.size() > kMost) some.pop_back();
}

}  // namespace

void Samples::merge(const Samples& other) {
  sizes.merge(other.sizes);
  count += other.count;
  files_indexed += other.files_indexed;
  bytes_indexed += other.bytes_indexed;
  odd.add(other.odd);
  files_damaged += other.files_damaged;
  for (const std::string& one : other.damage) keep_first(damage, one);
}

void SampleIndexer::read(const std::string& path, std::uint64_t size) {
  const FileIndex index = index_file(container_, store_, path, size);
  const std::uint64_t framing = container_.framing_bytes();
  const std::lock_guard lock(mutex_);
  ++samples_.files_indexed;
  samples_.bytes_indexed += size;
  samples_.count += index.samples.size();
  for (const Extent& sample : index.samples)
    samples_.sizes.add(sample.length - std::min(sample.length, framing));
  samples_.odd.add(index.odd);
  if (index.error.empty()) return;
  ++samples_.files_damaged;
  keep_first(samples_.damage, path + ": " + index.error);
}

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
                       const SampleChoice& choice, unsigned threads, const std::stop_token& stop,
                       const std::function<Samples()>& index_all) {
  std::vector<std::string> probes;
  for (const std::string& group : choice.groups) {
    const auto& some = census.groups().find(group)->second.probes;
    probes.insert(probes.end(), some.begin(), some.end());
  }
  const Seconds begun = monotonic_now();
  SampleIndexer some(container, store);
  read_probes(store, probes, threads, stop, some);
  const double each =
      (monotonic_now() - begun).value / static_cast<double>(std::max<std::size_t>(probes.size(), 1));
  const bool quick = each * static_cast<double>(choice.files) < kQuick;
  if (choice.files <= probes.size() || !quick || stop.stop_requested())
    return projected(some.take(), choice.files, choice.bytes);
  if (index_all) return projected(index_all(), choice.files, choice.bytes);
  SampleIndexer all(container, store);
  list_chosen(store, census, choice, threads, stop, [&](unsigned, std::string_view path, std::uint64_t size) {
    all.read(std::string(path), size);
  });
  return projected(all.take(), choice.files, choice.bytes);
}

}  // namespace aforo
