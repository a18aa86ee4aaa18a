// The same question asked several times with one thing changed: the data's format, or one setting over its
// values.
//
// By closed forms. Deterministic. Failure: UserError, Interrupted.
#pragma once

#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "sizing/screening.h"

namespace aforo {

// One of them, on its cheapest design; without one where nothing serves, and then why.
struct Variant {
  std::string name;  // "TFRecord, 256 MiB shards"; "128"
  BytesPerSecond read{0};
  PerSecond opens{0}, requests{0};
  std::uint32_t accelerators = 0;
  std::string family, design, reason;
  double au = 0, storage = 0, idle = 0;
  std::set<std::string> items;     // of the price book, that the design uses
  std::vector<std::string> notes;  // what was assumed of the job
  double total() const { return storage + idle; }
  bool serves() const { return reason.empty(); }
};

// Shards are read front to back: a job that shuffles whole epochs mixes them in a buffer instead.
void shuffle_in_buffer(Workload& workload);

Variant variant_of(std::string name, const SizingAsk& ask, const PriceBook& prices,
                   const Catalogue& catalogue, unsigned threads);

// The first job's data as it is, as one file per sample, TFRecord and WebDataset shards of several sizes, and
// npz. Shards are read front to back: by tf.data, and through a shuffle buffer.
std::vector<Variant> compare_formats(const SizingAsk& ask, const PriceBook& prices,
                                     const Catalogue& catalogue, unsigned threads, std::stop_token stop = {});
// What changing the format would save, best first; empty where nothing is to be gained.
std::vector<std::string> format_advice(const std::vector<Variant>& formats);

struct SizeSweep {
  std::string key;  // "accelerators", "accelerator_type", "capacity", "cache_size", "duty", "target"
  std::vector<std::string> values;
};
SizeSweep parse_size_sweep(std::string_view text);
std::vector<Variant> sweep_sizes(const SizingAsk& ask, const SizeSweep& sweep, const PriceBook& prices,
                                 const Catalogue& catalogue, unsigned threads, std::stop_token stop = {});

}  // namespace aforo
