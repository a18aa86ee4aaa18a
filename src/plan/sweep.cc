#include "plan/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "base/parallel_for.h"
#include "base/text.h"
#include "plan/changed_storage.h"

namespace aforo {
namespace {

constexpr std::uint64_t kAllPoints = 16;  // a range of at most so many values is taken whole
constexpr std::size_t kMostPoints = 64;   // chosen: each is a prediction of seconds, and a row of the page

struct KeyWord {
  SweepKey key;
  std::string_view word;
  std::uint64_t least, most;
};
// Bounds are chosen: beyond any job, so that a slip is told; the loader's are those of its fields.
constexpr std::array<KeyWord, 6> kKeys = {{{SweepKey::kAccelerators, "accelerators", 1, 1u << 20},
                                           {SweepKey::kWorkers, "workers", 0, 1024},
                                           {SweepKey::kPrefetch, "prefetch", 1, 1024},
                                           {SweepKey::kBatchSize, "batch_size", 1, 10'000'000},
                                           {SweepKey::kTransferSize, "transfer_size", 4096, 1ull << 40},
                                           {SweepKey::kCacheSize, "cache_size", 0, 1ull << 60}}};

const KeyWord& row_of(SweepKey key) {
  return *std::find_if(kKeys.begin(), kKeys.end(), [&](const KeyWord& row) { return row.key == key; });
}

const KeyWord& find_key(std::string_view word) {
  std::vector<std::string> known;
  for (const KeyWord& row : kKeys) {
    if (row.word == word) return row;
    known.emplace_back(row.word);
  }
  throw UserError(fmt::format("--sweep: expected one of {}, found '{}'{}", join(known, ", "), word,
                              did_you_mean(word, known)));
}

std::string shown(const KeyWord& row, std::uint64_t value) {
  return in_bytes(row.key) ? format_bytes(Bytes{value}) : fmt::format("{}", value);
}

std::uint64_t value_of(const KeyWord& row, std::string_view text) {
  std::uint64_t value = 0;
  std::string problem;
  if (in_bytes(row.key)) {
    const auto parsed = parse_bytes(trim(text));
    parsed ? void(value = parsed->value) : void(problem = parsed.error());
  } else {
    const auto parsed = parse_count(trim(text));
    parsed ? void(value = *parsed) : void(problem = parsed.error());
  }
  if (!problem.empty()) throw UserError(fmt::format("--sweep {}: {}", row.word, problem));
  if (value < row.least || value > row.most)
    throw UserError(fmt::format("--sweep {}: expected {} to {}, found {}; give a range within", row.word,
                                shown(row, row.least), shown(row, row.most), shown(row, value)));
  return value;
}

void fill_range(Sweep& sweep, const KeyWord& row, std::string_view from, std::string_view to) {
  const std::uint64_t low = value_of(row, from), high = value_of(row, to);
  if (low > high)
    throw UserError(
        fmt::format("--sweep {}: expected a range from small to large, found {}..{}; write {}..{}", row.word,
                    shown(row, low), shown(row, high), shown(row, high), shown(row, low)));
  if (high - low < kAllPoints) {
    for (std::uint64_t value = low; value <= high; ++value) sweep.values.push_back(value);
    return;
  }
  // From nothing, the first step is to a sixty-fourth of the range for bytes, to one for counts.
  std::uint64_t value = low;
  if (low == 0) {
    sweep.values.push_back(0);
    value = in_bytes(row.key) ? std::max<std::uint64_t>(high / 64, 1) : 1;
  }
  for (; value < high; value *= 2) sweep.values.push_back(value);
  sweep.values.push_back(high);
  sweep.note = fmt::format("{} from {} to {} in powers of two: {} points; name others as {}=A,B,C", row.word,
                           shown(row, low), shown(row, high), sweep.values.size(), row.word);
}

std::string_view need_value(std::string_view text, std::string_view part) {
  if (trim(part).empty())
    throw UserError(fmt::format(
        "--sweep: expected KEY=A..B or KEY=A,B,C, found '{}'; write, say, accelerators=1..64", text));
  return part;
}

}  // namespace

std::string_view to_string(SweepKey key) { return row_of(key).word; }

bool in_bytes(SweepKey key) { return key == SweepKey::kTransferSize || key == SweepKey::kCacheSize; }

Sweep parse_sweep(std::string_view text) {
  const std::size_t equals = text.find('=');
  need_value(text, equals == std::string_view::npos ? "" : text.substr(equals + 1));
  const KeyWord& row = find_key(trim(need_value(text, text.substr(0, equals))));
  const std::string_view range = text.substr(equals + 1);
  Sweep sweep;
  sweep.key = row.key;
  if (const std::size_t dots = range.find(".."); dots != std::string_view::npos) {
    fill_range(sweep, row, need_value(text, range.substr(0, dots)), need_value(text, range.substr(dots + 2)));
  } else {
    std::set<std::uint64_t> values;
    for (const std::string& part : split(range, ',')) values.insert(value_of(row, need_value(text, part)));
    sweep.values.assign(values.begin(), values.end());
  }
  if (sweep.values.size() > kMostPoints)
    throw UserError(fmt::format("--sweep {}: expected at most {} values, found {}; name fewer", row.word,
                                kMostPoints, sweep.values.size()));
  return sweep;
}

PredictOptions with_setting(PredictOptions options, SweepKey key, std::uint64_t value) {
  LoaderSpec& loader = options.workload.loader;
  switch (key) {
    case SweepKey::kAccelerators:
      options.workload.accelerator.count = static_cast<std::uint32_t>(value);
      break;
    case SweepKey::kWorkers:
      loader.workers = static_cast<std::uint32_t>(value);
      break;
    case SweepKey::kPrefetch:
      loader.prefetch = static_cast<std::uint32_t>(value);
      break;
    case SweepKey::kBatchSize: {
      const double factor = static_cast<double>(value) / static_cast<double>(loader.batch_size);
      Law& step = options.workload.accelerator.step_time;
      step.mean *= factor, step.stddev *= factor, step.minimum *= factor, step.maximum *= factor;
      for (double& quantile : step.quantiles) quantile *= factor;
      loader.batch_size = value;
      break;
    }
    case SweepKey::kTransferSize:
      loader.transfer_size = Bytes{value};
      break;
    case SweepKey::kCacheSize:
      options.storage = with_cache_size(std::move(options.storage), Bytes{value});
      if (value == 0) options.storage.caches.erase(options.storage.caches.begin());
      break;
  }
  return options;
}

std::vector<SweepPoint> predict_sweep(const PredictOptions& options, const Sweep& sweep,
                                      std::stop_token stop) {
  std::vector<SweepPoint> points(sweep.values.size());
  // The last values are the most work: handed out first, threads end together.
  parallel_for(points.size(), 1, options.threads, stop, [&](unsigned, std::uint64_t turn, std::uint64_t) {
    const std::size_t i = points.size() - 1 - turn;
    PredictOptions one = with_setting(options, sweep.key, sweep.values[i]);
    one.threads = 1;
    points[i] = {sweep.values[i], predict(one, stop)};
  });
  if (stop.stop_requested()) throw Interrupted();
  return points;
}

}  // namespace aforo
