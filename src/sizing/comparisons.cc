#include "sizing/comparisons.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

#include "base/error.h"
#include "base/text.h"
#include "sizing/jobs_yaml.h"
#include "sizing/money_words.h"
#include "sizing/other_accelerator.h"

namespace aforo {
namespace {

constexpr std::size_t kMostValues = 32;  // chosen: each is a whole sizing, and a row of the page
constexpr std::size_t kMostAdvice = 3;   // chosen: more would be a list, not advice
// What a zip of one array adds to it: two headers, the directory, the npy's own
constexpr Bytes kNpzHeader{290};

struct ShardSize {
  std::string_view text;
  std::uint64_t bytes;
};
constexpr ShardSize kShardSizes[] = {{"64 MiB", 64u << 20}, {"256 MiB", 256u << 20}, {"1 GiB", 1u << 30}};

struct Format {
  std::string name;
  LayoutKind layout;
  Content content;
  std::uint64_t shard;  // bytes; 0 = a file per sample
};

// A file per sample, as it is and as npz, and shards of every layout that holds samples of any size and can
// be read.
std::vector<Format> formats_to_compare() {
  constexpr LayoutKind kFiles = first_layout([](const LayoutTraits& t) { return !t.packed; });
  std::vector<Format> out{{"one file per sample", kFiles, Content::kRaw, 0},
                          {"npz, one per sample", kFiles, Content::kNpz, 0}};
  for (std::size_t i = 0; i < std::size(kLayoutTraits); ++i) {
    const LayoutTraits& traits = kLayoutTraits[i];
    if (!traits.packed || traits.one_size || traits.sizing_only) continue;
    for (const ShardSize& shard : kShardSizes)
      out.push_back({fmt::format("{}, {} shards", traits.title, shard.text), static_cast<LayoutKind>(i),
                     Content::kRaw, shard.bytes});
  }
  return out;
}

// TFRecord shards are read by tf.data; WebDataset's by the loader that the job has.
Workload in_format(Workload w, const Format& format) {
  const double sample = law_mean(w.dataset.sample_size);
  w.dataset.layout = format.layout;
  w.dataset.content = format.content;
  w.dataset.samples_per_file =
      format.shard == 0
          ? 1
          : static_cast<std::uint64_t>(std::max(1.0, std::floor(static_cast<double>(format.shard) / sample)));
  if (format.content == Content::kNpz) w.dataset.sample_size.mean += static_cast<double>(kNpzHeader.value);
  read_as_usual(w.loader, w.dataset.layout);
  // A request size for shards says nothing of files.
  if (format.shard == 0 && access_of(w).order == BatchOrder::kInOrder) w.loader.transfer_size = Bytes{0};
  return w;
}

// What is held grows with what the format adds to every sample.
Bytes with_headers(const SizingAsk& ask) {
  const double samples = static_cast<double>(ask.jobs.front().workload.dataset.samples);
  return *ask.capacity + Bytes{static_cast<std::uint64_t>(samples) * (kNpzHeader.value + 1)};
}

void fill_need(Variant& out, const Need& need) {
  out.read = need.read;
  out.opens = need.opens;
  out.requests = need.requests;
  out.accelerators = need.accelerators;
}

std::string why_nothing_serves(Screening& screening, const PriceBook& prices) {
  screening.rank(prices, Grouping::kFamily);  // which judges what is near
  const auto rejected = screening.rejected();
  return rejected.empty() ? "nothing is offered" : "nothing serves; nearest: " + rejected.front().reason;
}

void fill_design(Variant& out, const Screening& screening, const Ranked& best, const PriceBook& prices) {
  const Need& need = screening.need();
  const Design& d = screening.designs()[best.design];
  out.family = to_string(d.family);
  out.product = d.product;
  out.design = d.name;
  out.cloud = in_cloud(d.family);
  out.au = mean_au(screening.judgement(best.design).served, need);
  out.storage = best.bill.storage;
  out.idle = best.bill.idle;
  out.accelerators_more = best.bill.accelerators_more;
  out.items = items_used(best.bill, d, prices);
}

using Change = std::function<void(SizingAsk&, const std::string&)>;

double target_of(const std::string& text) {
  const Parsed<double> value = parse_fraction(text);
  if (!value || *value <= 0)
    throw UserError(fmt::format(
        "--sweep target: expected a utilisation above 0 and at most 100 % such as 90%, found '{}'", text));
  return *value;
}

double percent_of(const std::string& text) {
  const Parsed<double> value = parse_fraction(text);
  if (!value || *value <= 0)
    throw UserError(fmt::format(
        "--sweep duty: expected a share above 0 and at most 100 % such as 50%, found '{}'", text));
  return *value;
}

std::uint64_t count_of(const std::string& text) {
  const Parsed<std::uint64_t> value = parse_count(text);
  if (!value || *value == 0 || *value > 10'000'000)
    throw UserError(fmt::format("--sweep accelerators: expected 1 to 10,000,000, found '{}'", text));
  return *value;
}

Bytes bytes_of(const std::string& key, const std::string& text) {
  const Parsed<Bytes> value = parse_bytes(text);
  if (!value || value->value == 0)
    throw UserError(fmt::format("--sweep {}: expected a size such as 500 TB, found '{}'", key, text));
  return *value;
}

// The data grow with what is held.
void set_capacity(SizingAsk& ask, const std::string& text) {
  const Bytes wanted = bytes_of("capacity", text);
  const double now = ask.capacity ? static_cast<double>(ask.capacity->value) : 0;
  ask.capacity = wanted;
  if (now <= 0) return;
  for (SizedJob& job : ask.jobs) {
    const double samples =
        static_cast<double>(job.workload.dataset.samples) * static_cast<double>(wanted.value) / now;
    job.workload.dataset.samples = static_cast<std::uint64_t>(std::max(1.0, samples));
  }
}

double number_of_bytes(const std::string& key, const std::string& text) {
  return static_cast<double>(bytes_of(key, text).value);
}

struct Key {
  const char* name;
  Change change;
  const char* unit = "";  // of docs/record.md; "" = values are words
  std::function<double(const std::string&)> number = {};
};
const std::vector<Key>& keys() {
  static const std::vector<Key> kKeys = {
      {"accelerators",
       [](SizingAsk& ask, const std::string& v) {
         ask.jobs.front().workload.accelerator.count = static_cast<std::uint32_t>(count_of(v));
       },
       "count", [](const std::string& v) { return static_cast<double>(count_of(v)); }},
      {"accelerator_type",
       [](SizingAsk& ask, const std::string& v) {
         for (SizedJob& job : ask.jobs)
           job.workload = on_accelerator(job.workload, v, "", Catalogue::shipped());
       }},
      {"capacity", set_capacity, "B", [](const std::string& v) { return number_of_bytes("capacity", v); }},
      {"cache_size", [](SizingAsk& ask, const std::string& v) { ask.cache = bytes_of("cache_size", v); }, "B",
       [](const std::string& v) { return number_of_bytes("cache_size", v); }},
      {"duty",
       [](SizingAsk& ask, const std::string& v) {
         for (SizedJob& job : ask.jobs) job.duty = percent_of(v);
       },
       "fraction", percent_of},
      {"target",
       [](SizingAsk& ask, const std::string& v) {
         for (SizedJob& job : ask.jobs) job.workload.training.au_target = target_of(v);
       },
       "fraction", target_of}};
  return kKeys;
}

const Key& key_of(const std::string& word) {
  std::vector<std::string> names;
  for (const Key& key : keys()) {
    if (word == key.name) return key;
    names.emplace_back(key.name);
  }
  throw UserError(fmt::format("--sweep: expected one of {}, found '{}'{}", join(names, ", "), word,
                              did_you_mean(word, names)));
}

}  // namespace

Variant variant_of(std::string name, const SizingAsk& ask, const Market& market) {
  Variant out;
  out.name = std::move(name);
  try {
    Screening screening(ask, market.catalogue, market.threads, market.solved, market.stop);
    fill_need(out, screening.need());
    if (const auto best = screening.cheapest(market.prices))
      fill_design(out, screening, *best, market.prices);
    else
      out.reason = why_nothing_serves(screening, market.prices);
  } catch (const UserError& e) {
    out.reason = e.what();
  }
  return out;
}

namespace {

// Nothing where no storage could serve, or the ask contradicts itself; takes no designs to know.
std::unique_ptr<Screening> screening_if_any(const SizingAsk& ask, const Market& market) {
  try {
    const Need need = need_of(ask);
    if (std::all_of(need.jobs.begin(), need.jobs.end(), could_serve))
      return std::make_unique<Screening>(ask, market.catalogue, market.threads, market.solved, market.stop);
  } catch (const UserError&) {  // it contradicts itself
  }
  return nullptr;
}

}  // namespace

Variant cheaper_variant(std::string name, const SizingAsk& ask, const Market& market, double limit) {
  Variant out;
  out.name = std::move(name);
  out.reason = "nothing serves";
  const std::unique_ptr<Screening> screening = screening_if_any(ask, market);
  const auto best = screening ? screening->cheapest(market.prices, limit) : std::nullopt;
  if (!best) return out;
  out.reason.clear();
  fill_need(out, screening->need());
  fill_design(out, *screening, *best, market.prices);
  return out;
}

bool anything_serves(const SizingAsk& ask, const Market& market) {
  const std::unique_ptr<Screening> screening = screening_if_any(ask, market);
  return screening && screening->anything_serves(market.prices);
}

std::vector<Variant> compare_formats(const SizingAsk& ask, const Market& market, std::stop_token stop) {
  std::vector<Variant> out;
  out.push_back(variant_of("as it is", ask, market));
  for (const Format& format : formats_to_compare()) {
    if (stop.stop_requested()) throw Interrupted();
    SizingAsk other = ask;
    other.jobs.front().workload = in_format(ask.jobs.front().workload, format);
    if (other.capacity && format.content == Content::kNpz) other.capacity = with_headers(ask);
    out.push_back(variant_of(format.name, other, market));
  }
  return out;
}

std::vector<std::string> format_advice(const std::vector<Variant>& formats) {
  std::vector<std::string> out;
  if (formats.empty()) return out;
  const Variant& now = formats.front();
  std::vector<const Variant*> better;
  for (const Variant& f : formats)
    if (&f != &now && f.serves() &&
        (!now.serves() || now.compared() - f.compared() > kLeastSaving * now.total()))
      better.push_back(&f);
  std::stable_sort(better.begin(), better.end(),
                   [](const Variant* a, const Variant* b) { return a->compared() < b->compared(); });
  if (better.size() > kMostAdvice) better.resize(kMostAdvice);
  for (const Variant* f : better)
    out.push_back(
        now.serves()
            ? fmt::format("{} instead: {} a month less ({} on {}), at {} opens/s instead of {}", f->name,
                          money_text(now.compared() - f->compared()), money_text(f->total()), f->family,
                          format_count(f->opens.value), format_count(now.opens.value))
            : fmt::format("{} instead: {} serves for {} a month, where nothing serves the data as it is",
                          f->name, f->family, money_text(f->total())));
  return out;
}

SizeSweep parse_size_sweep(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals + 1 == text.size())
    throw UserError(fmt::format("--sweep: expected KEY=VALUES as in accelerators=64,128, found '{}'", text));
  SizeSweep out;
  out.key = std::string(trim(text.substr(0, equals)));
  std::replace(out.key.begin(), out.key.end(), '-', '_');
  key_of(out.key);
  const std::string range(text.substr(equals + 1));
  if (const auto dots = range.find(".."); dots != std::string::npos && out.key == "accelerators") {
    const std::uint64_t first = count_of(range.substr(0, dots)), last = count_of(range.substr(dots + 2));
    if (first > last)
      throw UserError(
          fmt::format("--sweep accelerators: expected the smaller number first, found '{}'", range));
    for (std::uint64_t n = first; n < last; n *= 2) out.values.push_back(std::to_string(n));
    out.values.push_back(std::to_string(last));
  } else {
    for (const std::string& part : split(range, ',')) out.values.emplace_back(trim(part));
  }
  if (out.values.size() > kMostValues)
    throw UserError(fmt::format("--sweep {}: expected at most {} values, found {}; name fewer", out.key,
                                kMostValues, out.values.size()));
  SizingAsk probe;  // every value is judged before anything is sized
  probe.jobs.emplace_back();
  for (const std::string& value : out.values)
    if (out.key == "accelerator_type")
      Catalogue::shipped().accelerator(value);
    else
      key_of(out.key).change(probe, value);
  const Key& key = key_of(out.key);
  out.unit = key.unit;
  if (key.number)
    for (const std::string& value : out.values) out.numbers.push_back(key.number(value));
  return out;
}

std::vector<Variant> sweep_sizes(const SizingAsk& ask, const SizeSweep& sweep, const Market& market,
                                 std::stop_token stop) {
  std::vector<Variant> out;
  for (const std::string& value : sweep.values) {
    if (stop.stop_requested()) throw Interrupted();
    SizingAsk other = ask;
    for (SizedJob& job : other.jobs) job.workload.warnings.clear();
    key_of(sweep.key).change(other, value);
    out.push_back(variant_of(value, other, market));
    for (const SizedJob& job : other.jobs)
      out.back().notes.insert(out.back().notes.end(), job.workload.warnings.begin(),
                              job.workload.warnings.end());
  }
  return out;
}

}  // namespace aforo
