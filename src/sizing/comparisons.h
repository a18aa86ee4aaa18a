// The same question asked several times with one thing changed: the data's format, or one
// setting over its values.
//
// Each is a whole sizing by closed forms, tenths of a second on the market's threads. Deterministic.
// Failure: UserError, Interrupted. The market need not outlive what is returned.
#pragma once

#include <cmath>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "sizing/screening.h"

namespace aforo {

// Share of the total that a change must save to be advised. Chosen: prices and closed forms are not
// known any better.
inline constexpr double kLeastSaving = 0.02;

// One of them, on its cheapest design; without one where nothing serves, and then why (`reason`).
struct Variant {
  std::string name;  // "TFRecord, 256 MiB shards"; "128"
  BytesPerSecond read{0};
  PerSecond opens{0}, requests{0};
  std::uint32_t accelerators = 0;
  std::string family, product, design, reason;
  bool cloud = false;  // where its design stands
  double au = 0, storage = 0, idle = 0;
  // Of the price book, that the design uses.
  std::set<std::string> items;
  std::vector<std::string> notes;  // what was assumed of the job
  double accelerators_more = 0;    // of the bill: beside its total
  double total() const { return storage + idle; }
  double compared() const { return total() + accelerators_more; }
  bool serves() const { return reason.empty(); }
};

// What all variants of an ask are designed from and billed with. Holds references.
struct Market {
  const PriceBook& prices;
  const Catalogue& catalogue;
  unsigned threads = 1;
  // What one variant solved, the next one finds.
  std::shared_ptr<SolvedNetworks> solved = std::make_shared<SolvedNetworks>();
  // Ends a search that is under way with Interrupted.
  std::stop_token stop = {};
};

// The cheapest design for `ask`. What the ask has wrong (UserError) is the variant's
// reason, and not thrown.
Variant variant_of(std::string name, const SizingAsk& ask, const Market& market);
// The same where something costs less than `limit` a month (Variant::compared), else "nothing serves": why would take
// longer than all else.
Variant cheaper_variant(std::string name, const SizingAsk& ask, const Market& market,
                        double limit = HUGE_VAL);
// Whether anything serves at all; not where the ask contradicts itself.
bool anything_serves(const SizingAsk& ask, const Market& market);

// The first job's data as it is, as one file per sample, TFRecord and WebDataset shards of several
// sizes, and npz. Shards are read front to back: by tf.data, or by WebDataset. The
// first of the result is the ask unchanged.
std::vector<Variant> compare_formats(const SizingAsk& ask, const Market& market, std::stop_token stop = {});
// What changing the format would save, best first, three at most; empty where less
// than 2 % is to be gained.
std::vector<std::string> format_advice(const std::vector<Variant>& formats);

// A setting and the words of its values, each judged already.
struct SizeSweep {
  // "accelerators", "accelerator_type", "capacity", "cache_size", "duty", "target".
  std::string key;
  std::vector<std::string> values;
  // What the values are as numbers, in SI, and their unit as docs/record.md spells it; empty where they are words.
  std::vector<double> numbers = {};
  std::string unit = {};
};
// "accelerators=64..512" (doubling), "capacity=250TB,1PB". UserError for a key or value that is
// none, or more than 32.
SizeSweep parse_size_sweep(std::string_view text);
// One for each value, in their order, named by it. `capacity` moves the datasets with it;
// `accelerators` is the first job's, the other keys are all jobs'.
std::vector<Variant> sweep_sizes(const SizingAsk& ask, const SizeSweep& sweep, const Market& market,
                                 std::stop_token stop = {});

}  // namespace aforo
