// The keys of tiers, caches and the whole of storage.yaml.
#include "model/storage_keys.h"

#include <cmath>

#include "model/scalar_keys.h"

namespace aforo {
namespace {

// Chosen: room for any honest file, and an end to one that grew by accident.
constexpr std::size_t kLongestName = 200;  // bytes
constexpr std::size_t kMostNotes = 200;
constexpr double kShareTolerance = 1e-6;       // rounding of shares such as a third
constexpr Bytes kLargestCapacity{1ULL << 62};  // sums of a few still fit 64 bits

template <class T>
Key<T> custom_key(KeyAbout about, std::string form, decltype(Key<T>::read) read,
                  decltype(Key<T>::write) write, std::string comment = "") {
  return {std::move(about.name), std::move(form),  std::move(about.text),     about.required,
          std::move(read),       std::move(write), decltype(Key<T>::meant){}, std::move(comment)};
}

std::string_view owner_of(const TierSpec& tier) {
  return tier.name == kOnlyTier ? std::string_view() : std::string_view(tier.name);
}

bool is_only_tier(const StorageSpec& spec) {
  return spec.tiers.size() == 1 && spec.tiers[0].name == kOnlyTier && spec.tiers[0].share == 1;
}

TierSpec& only_tier(StorageSpec& spec) {
  if (spec.tiers.empty()) spec.tiers.push_back({std::string(kOnlyTier), 1, {}, {}});
  return spec.tiers.front();
}

Key<TierSpec> tier_curves_key() {
  return custom_key<TierSpec>(
      {"curves", "What was measured of it."}, "list of curves",
      [](TierSpec& tier, const YamlNode& node, const Where& where) {
        tier.curves = read_curves(node, where);
        return std::string();
      },
      [](const TierSpec& tier, const TierSpec&) { return write_curves(tier.curves); });
}

Key<TierSpec> tier_writes_key() {
  return custom_key<TierSpec>(
      {"writes",
       "What was measured of files that are written to it; left out, nobody knows what writing takes."},
      "list of write curves",
      [](TierSpec& tier, const YamlNode& node, const Where& where) {
        tier.writes = read_write_curves(node, where);
        return std::string();
      },
      [](const TierSpec& tier, const TierSpec&) { return write_write_curves(tier.writes); });
}

Key<TierSpec> tier_stations_key() {
  return custom_key<TierSpec>(
      {"stations", "Its parts, in the order that a read passes them; beside curves, a read passes both."},
      "list of stations",
      [](TierSpec& tier, const YamlNode& node, const Where& where) {
        tier.stations = read_stations(node, StationScope::kShared, owner_of(tier), where);
        return std::string();
      },
      [](const TierSpec& tier, const TierSpec&) {
        return write_stations(tier.stations, StationScope::kShared);
      });
}

std::string read_tiers(StorageSpec& spec, const YamlNode& node, const Where& where) {
  spec.tiers = read_list(tier_schema(), TierSpec{}, node, where);
  double sum = 0;
  for (std::size_t i = 0; i < spec.tiers.size(); ++i) {
    const TierSpec& tier = spec.tiers[i];
    sum += tier.share;
    for (std::size_t j = 0; j < i; ++j) {
      if (spec.tiers[j].name == tier.name)
        where.fail(node.items[i].line,
                   fmt::format("expected every tier once by its name, found {} again", quote(tier.name)));
    }
    if (const std::string error = check_tier(tier); !error.empty()) where.fail(node.items[i].line, error);
  }
  if (std::abs(sum - 1) > kShareTolerance)
    return fmt::format("expected shares that add up to 100 %, found {:.6g} %", sum * 100);
  return {};
}

std::string write_tiers(const StorageSpec& spec, const StorageSpec&) {
  std::string out;
  if (is_only_tier(spec)) return out;
  for (const TierSpec& tier : spec.tiers)
    out += "\n- " + indented(write_block(tier_schema(), tier, TierSpec{}), 2);
  return out;
}

// A key of the one tier that stands at the top of the file.
Key<StorageSpec> of_only_tier(Key<TierSpec> key, std::string comment) {
  return custom_key<StorageSpec>(
      {key.name, key.text}, key.form,
      [read = key.read](StorageSpec& spec, const YamlNode& node, const Where& where) {
        return read(only_tier(spec), node, where);
      },
      [write = key.write](const StorageSpec& spec, const StorageSpec&) {
        return is_only_tier(spec) ? write(spec.tiers[0], TierSpec{}) : std::string();
      },
      std::move(comment));
}

Key<StorageSpec> version_key() {
  return custom_key<StorageSpec>(
      {"storage", "Version of this form: 1.", true}, "count",
      [](StorageSpec&, const YamlNode& node, const Where&) -> std::string {
        const Parsed<std::uint64_t> version = parse_count(node.text);
        if (!version || node.kind != YamlNode::Kind::kScalar) return unexpected("version 1", node);
        if (*version == StorageSpec::kVersion) return {};
        return unexpected("version 1", node) +
               (*version > StorageSpec::kVersion ? "; was it written by a newer aforo?" : "");
      },
      [](const StorageSpec&, const StorageSpec&) { return fmt::format("{}", StorageSpec::kVersion); });
}

Key<StorageSpec> client_key() {
  return custom_key<StorageSpec>(
      {"client", "What every read of a host passes first: its CPU, its network."}, "list of stations",
      [](StorageSpec& spec, const YamlNode& node, const Where& where) {
        spec.client = read_stations(node, StationScope::kHost, "", where);
        return std::string();
      },
      [](const StorageSpec& spec, const StorageSpec&) {
        return write_stations(spec.client, StationScope::kHost);
      },
      "Every read of a host passes these first; one of each per host.");
}

Key<StorageSpec> caches_key() {
  return custom_key<StorageSpec>(
      {"caches", "Caches on the way, nearest to the client first."}, "list of caches",
      [](StorageSpec& spec, const YamlNode& node, const Where& where) {
        spec.caches = read_list(cache_schema(), CacheSpec{}, node, where);
        for (std::size_t i = 0; i < spec.caches.size(); ++i) {
          for (std::size_t j = 0; j < i; ++j) {
            if (spec.caches[j].name == spec.caches[i].name)
              where.fail(node.items[i].line,
                         fmt::format("expected every cache once by its name, found {} again",
                                     quote(spec.caches[i].name)));
          }
        }
        return std::string();
      },
      [](const StorageSpec& spec, const StorageSpec&) {
        std::string out;
        for (const CacheSpec& cache : spec.caches)
          out += "\n- " + indented(write_block(cache_schema(), cache, CacheSpec{}), 2);
        return out;
      },
      "A read is looked for in these, nearest first.");
}

Key<StorageSpec> price_key() {
  return custom_key<StorageSpec>(
      {"price", "What it costs: {per_month, source, date}."}, "price",
      [](StorageSpec& spec, const YamlNode& node, const Where& where) {
        StoragePrice price;
        read_map(price_schema(), price, node, where);
        spec.price = price;
        return std::string();
      },
      [](const StorageSpec& spec, const StorageSpec&) {
        return spec.price ? write_flow(price_schema(), *spec.price, StoragePrice{}) : std::string();
      });
}

Key<StorageSpec> probed_key() {
  return custom_key<StorageSpec>(
      {"probed", "Written by aforo probe: {at, place, client}; left out by hand."}, "probe",
      [](StorageSpec& spec, const YamlNode& node, const Where& where) {
        read_map(probed_schema(), spec, node, where);
        return std::string();
      },
      [](const StorageSpec& spec, const StorageSpec& defaults) {
        const std::string text = write_flow(probed_schema(), spec, defaults);
        return text == "{}" ? std::string() : text;
      },
      "How it was measured.");
}

// A list of sentences.
Key<StorageSpec> sentences_key(KeyAbout about, std::vector<std::string> StorageSpec::*member) {
  return custom_key<StorageSpec>(
      std::move(about), "list of text",
      [member](StorageSpec& spec, const YamlNode& node, const Where&) -> std::string {
        const std::string expected = fmt::format("a list of 1 to {} sentences", kMostNotes);
        if (node.kind != YamlNode::Kind::kSequence || node.items.empty() || node.items.size() > kMostNotes)
          return unexpected(expected, node);
        const TextForm<std::string> words = text_words();
        for (const YamlNode& item : node.items) {
          const std::string error = words.read((spec.*member).emplace_back(), item);
          if (!error.empty()) return error;
        }
        return {};
      },
      [member](const StorageSpec& spec, const StorageSpec&) {
        std::string out;
        for (const std::string& sentence : spec.*member) out += "\n- " + yaml_text(sentence);
        return out;
      });
}

// A block of `probed` that may be absent.
template <class Part>
Key<StorageSpec> probed_part_key(KeyAbout about, std::string form, std::optional<Part> StorageSpec::*member,
                                 const Schema<Part>& (*schema)()) {
  return custom_key<StorageSpec>(
      std::move(about), std::move(form),
      [member, schema](StorageSpec& spec, const YamlNode& node, const Where& where) {
        Part part;
        read_map(schema(), part, node, where);
        spec.*member = part;
        return std::string();
      },
      [member, schema](const StorageSpec& spec, const StorageSpec&) {
        return spec.*member ? write_flow(schema(), *(spec.*member), Part{}) : std::string();
      });
}

}  // namespace

std::string check_tier(const TierSpec& tier) {
  const bool measured = std::any_of(tier.curves.begin(), tier.curves.end(),
                                    [](const ReadCurve& curve) { return !curve.cached; });
  if (measured || !tier.stations.empty()) return {};
  return tier.curves.empty()
             ? "expected stations or curves, found neither"
             : "expected a curve from storage or stations, found only curves from the page cache";
}

const Schema<TierSpec>& tier_schema() {
  static const Schema<TierSpec> schema{
      {value_key({"name", "What it is called in results.", true}, &TierSpec::name, name_words(kLongestName)),
       value_key({"share", "Share of the dataset's files that lie on it; all shares add up to 100 %.", true},
                 &TierSpec::share, share_words(1e-6, 1)),
       tier_stations_key(), tier_curves_key(), tier_writes_key()},
      nullptr,
      [](const TierSpec&) { return std::string("tier"); }};
  return schema;
}

const Schema<CacheSpec>& cache_schema() {
  static const Schema<CacheSpec> schema{
      {value_key({"name", "What it is called in results.", true}, &CacheSpec::name, name_words(kLongestName)),
       value_key({"size", "Bytes of one such cache.", true}, &CacheSpec::size,
                 bytes_words({1}, kLargestCapacity)),
       choice_key(
           {"policy",
            "What goes when it is full: nothing (pinned), the least recently used, any (random), or what "
            "Linux lets go (page-cache: a host's memory). Direct reads pass one of a host that is of the last kind, or "
            "called page cache."},
           &CacheSpec::policy, names_of<CachePolicy>(4)),
       choice_key({"scope", "One for all hosts, or one per host."}, &CacheSpec::scope,
                  names_of<StationScope>(2)),
       choice_key({"start", "Empty (cold), or full of samples chosen at random (warm)."}, &CacheSpec::warm,
                  {"cold", "warm"}),
       choice_key(
           {"holds",
            "What a miss brings into it: what was read (reads), or the whole file or object (files), as a "
            "shard loader's cache on a local disk does. Where one cache holds files, all do."},
           &CacheSpec::whole_files, {"reads", "files"}),
       custom_key<CacheSpec>(
           {"stations", "What a hit passes, of the cache's scope unless said otherwise; free if left out."},
           "list of stations",
           [](CacheSpec& cache, const YamlNode& node, const Where& where) {
             cache.stations = read_stations(node, cache.scope, cache.name, where);
             return std::string();
           },
           [](const CacheSpec& cache, const CacheSpec&) {
             return write_stations(cache.stations, cache.scope);
           })},
      [](const CacheSpec& cache) {
        return cache.size.value > 0 ? std::string() : std::string("expected a size above 0, found 0");
      },
      [](const CacheSpec&) { return std::string("cache"); }};
  return schema;
}

const Schema<StoragePrice>& price_schema() {
  static const Schema<StoragePrice> schema{
      {value_key({"per_month", "US dollars per month, all in.", true}, &StoragePrice::per_month,
                 dollars_words({1e12})),
       value_key({"source", "Who says so."}, &StoragePrice::source, text_words()),
       value_key({"date", "As of when."}, &StoragePrice::date, text_words())},
      nullptr,
      [](const StoragePrice&) { return std::string("price"); }};
  return schema;
}

const Schema<ProbedClient>& probed_client_schema() {
  static const Schema<ProbedClient> schema{
      {value_key({"cores", "Its cores.", true}, &ProbedClient::cores, count_words(1, 100'000)),
       value_key(
           {"cpu_per_operation", "CPU time per operation in its curves, the kernel's own threads included."},
           &ProbedClient::cpu_per_operation, seconds_words({10})),
       value_key({"cpu_per_byte", "CPU time per byte in its curves."}, &ProbedClient::cpu_per_byte,
                 seconds_words({1e-3}))},
      nullptr,
      [](const ProbedClient&) { return std::string("client"); }};
  return schema;
}

const Schema<ProbedPlace>& probed_place_schema() {
  static const Schema<ProbedPlace> schema{
      {value_key({"filesystem", "Its type, such as ext4."}, &ProbedPlace::filesystem, text_words()),
       value_key({"device", "What it lies on, such as vda or server:/export."}, &ProbedPlace::device,
                 text_words())},
      nullptr,
      [](const ProbedPlace&) { return std::string("place"); }};
  return schema;
}

const Schema<StorageSpec>& probed_schema() {
  static const Schema<StorageSpec> schema{
      {value_key({"at", "When it was measured, such as 2026-06-01T12:00:00Z."}, &StorageSpec::probed,
                 text_words()),
       probed_part_key<ProbedPlace>(
           {"place", "Where it was measured; a run there tells whether it still is so."}, "place",
           &StorageSpec::probed_place, probed_place_schema),
       probed_part_key<ProbedClient>(
           {"client", "The host that measured; its CPU time is part of the curves."}, "client",
           &StorageSpec::probed_client, probed_client_schema)},
      nullptr,
      [](const StorageSpec&) { return std::string("probe"); }};
  return schema;
}

const Schema<StorageSpec>& storage_schema() {
  static const Schema<StorageSpec> schema{
      {version_key(),
       value_key({"name", "What the system is called; the file's name if left out."}, &StorageSpec::name,
                 text_words()),
       value_key({"description", "One sentence about it."}, &StorageSpec::description, text_words()),
       value_key({"capacity", "Bytes it can hold; 0 if unknown."}, &StorageSpec::capacity,
                 bytes_words({1}, kLargestCapacity)),
       price_key(), client_key(), caches_key(),
       custom_key<StorageSpec>({"tiers",
                                "Parts of the storage, each with a share of the files; instead of "
                                "stations and curves."},
                               "list of tiers", read_tiers, write_tiers, "Where files lie."),
       of_only_tier(tier_stations_key(), "A read that no cache answers passes these, in this order."),
       of_only_tier(tier_curves_key(), "What was measured at a constant number of operations in flight."),
       of_only_tier(tier_writes_key(), "What was measured of files that are written."), probed_key(),
       sentences_key({"notes", "Sentences on how far these figures may be trusted."}, &StorageSpec::notes),
       sentences_key({"unknown", "What the probe could not find out; predictions from this file say it too."},
                     &StorageSpec::unknown)},
      nullptr,
      [](const StorageSpec&) { return std::string("storage system"); }};
  return schema;
}

}  // namespace aforo
