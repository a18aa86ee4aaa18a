#include "answer/job_ask.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/error.h"
#include "base/input_file.h"
#include "workload/parse.h"
#include "workload/revised.h"

namespace aforo {
namespace {

bool names_dataset(const std::string& assignment) {
  const std::size_t begin = assignment.find_first_not_of('+');
  return begin != std::string::npos && assignment.compare(begin, 8, "dataset.") == 0;
}

// The block replaces the workload's; overrides of its fields come after it.
Workload with_dataset(Workload workload, const std::string& path, const std::vector<std::string>& overrides,
                      Use use) {
  workload.dataset = parse_dataset_block(read_input_file(path, "dataset block"), path);
  workload = revised(std::move(workload), overrides, use);
  workload.origin = fmt::format("{} with the dataset of {}", workload.origin, path);
  std::erase_if(workload.provenance, [](const Provenance& row) { return names_dataset(row.field); });
  workload.provenance.push_back({"dataset.sample_size", "measured", path, "as inspected"});
  return workload;
}

// What W means, by its name or from the text that is there already.
Workload workload_named(const WorkloadAsk& ask, const std::string& what,
                        const std::vector<std::string>& overrides, Use use) {
  const Dialect dialect = ask.dlio.given() ? Dialect::kDlio : Dialect::kDetect;
  if (ask.workload_text) return parse_workload(*ask.workload_text, what, overrides, dialect, use);
  return load_workload(what, overrides, dialect, use);
}

}  // namespace

Bytes cache_size_of(Bytes asked) {
  if (asked >= CacheOptions::kLeast) return asked;
  throw UserError(fmt::format("expected {} or more for --cache-size, found {}",
                              format_bytes(CacheOptions::kLeast), format_bytes(asked)));
}

CachePolicy cache_policy_of(Replacement replacement) {
  return replacement == Replacement::kLru ? CachePolicy::kLru : CachePolicy::kRandom;
}

RemoteAccess access_of(const RemoteAsk& ask, const Environment& environment) {
  return {*ask.endpoint, *ask.region, *ask.profile, *ask.bucket_style, environment};
}

std::vector<std::string> engine_words() {
  std::vector<std::string> out;
  for (const EngineRow& row : engine_table())
    if (row.for_jobs) out.emplace_back(row.word);
  return out;
}

std::vector<std::string> overrides_of(const FieldsAsk& ask) {
  std::vector<std::string> out;
  for (const Row& row : ask.table().rows) {
    if (row.option.key.empty() || !row.given(ask)) continue;
    const bool flag = row.option.kind == ValueKind::kFlag;
    out.push_back(fmt::format("{}={}", row.option.key,
                              flag ? std::string(row.option.key_value) : row.said(ask).front()));
  }
  out.insert(out.end(), (*ask.set).begin(), (*ask.set).end());
  out.insert(out.end(), (*ask.assignments).begin(), (*ask.assignments).end());
  return out;
}

Workload workload_of(const WorkloadAsk& ask, const std::string& preset, Use use) {
  const std::string what = ask.dlio.given() ? *ask.dlio : preset.empty() ? *ask.workload : preset;
  const std::vector<std::string> overrides = overrides_of(ask);
  if (!ask.dataset.given()) return workload_named(ask, what, overrides, use);
  std::vector<std::string> before, after;
  for (const auto& assignment : overrides) (names_dataset(assignment) ? after : before).push_back(assignment);
  return with_dataset(workload_named(ask, what, before, use), *ask.dataset, after, use);
}

Seconds timeout_of(Seconds asked) {
  constexpr Seconds kShortest{1e-3};
  if (asked.value > 0 && asked < kShortest)
    throw UserError(fmt::format("--timeout: expected {} or more, or 0s for never, found {}",
                                format_seconds(kShortest), format_seconds(asked)));
  return asked;
}

unsigned threads_of(std::uint64_t asked) {
  const unsigned most = std::clamp(16 * std::thread::hardware_concurrency(), 64U, 1024U);
  if (asked > most)
    throw UserError(fmt::format(
        "--threads: expected at most {} on this machine, found {}; 0 lets aforo choose", most, asked));
  return static_cast<unsigned>(asked);
}

}  // namespace aforo
