// The keys of a station and of lists of them.
#include "model/scalar_keys.h"
#include "model/storage_keys.h"
#include "workload/law_yaml.h"

namespace aforo {
namespace {

// Bounds of what may be written. Chosen far beyond any storage there is: they stop slips of a unit,
// not systems.
constexpr PerSecond kMostOperations{1e12};
constexpr BytesPerSecond kLeastBandwidth{1e3}, kMostBandwidth{1e16};
constexpr LawShape kLatency{LawUnit::kSeconds, 0, 3600};  // up to an hour: tape
constexpr std::uint32_t kMostServers = 10'000'000;
constexpr Bytes kLargestRequest{1ULL << 40};

using Kinds = std::vector<StationKind>;

Key<Station> only(Kinds kinds, Key<Station> key) {
  key.meant = [kinds = std::move(kinds)](const Station& station) {
    return std::find(kinds.begin(), kinds.end(), station.kind) != kinds.end();
  };
  return key;
}

std::string read_latency(Station& station, const YamlNode& node, const Where& where) {
  std::string error = set_law(kLatency, node, station.latency);
  std::vector<std::string> names;
  for (const LawKey& key : law_keys(kLatency.unit)) names.push_back(key.name);
  for (std::size_t i = 0; node.is_map() && i < node.items.size(); ++i) {
    const YamlNode& item = node.items[i];
    if (std::find(names.begin(), names.end(), item.key) == names.end()) {
      where.fail(item.line, fmt::format("expected {}, found {}{}", join(names, ", "), quote(item.key),
                                        did_you_mean(item.key, names)));
    }
    const std::string wrong = set_law_key(kLatency, item.key, item, station.latency);
    if (!wrong.empty()) where.below(item.key).fail(item.line, wrong);
  }
  complete_law(station.latency);
  return error.empty() ? law_error(station.latency, false) : error;
}

Key<Station> latency_key() {
  Key<Station> key;
  key.name = "latency";
  key.form = "law of time";
  key.text =
      "Time that every request waits; one value, or "
      "{mean, stddev, distribution, minimum, maximum, quantiles, shares}.";
  key.required = true;
  key.read = read_latency;
  key.write = [](const Station& station, const Station&) { return law_yaml(kLatency.unit, station.latency); };
  return key;
}

std::string check_station(const Station& station) {
  if (station.burst.value > 0 && station.burst_bandwidth.value == 0)
    return "expected burst_bandwidth beside burst, found none";
  if (station.burst.value == 0 && station.burst_bandwidth.value > 0)
    return "expected burst, the bytes that may pass so fast, beside burst_bandwidth, found none";
  if (station.burst.value > 0 && station.burst_bandwidth <= station.bandwidth) {
    return fmt::format("expected burst_bandwidth above bandwidth ({}), found {}",
                       exact_bytes_per_second(station.bandwidth.value),
                       exact_bytes_per_second(station.burst_bandwidth.value));
  }
  if (station.kind == StationKind::kCpu && station.per_operation.value == 0 && station.per_byte.value == 0)
    return "expected per_operation or per_byte above 0, found neither";
  return {};
}

Schema<Station> declare() {
  using K = StationKind;
  Schema<Station> s;
  s.sort = [](const Station& station) { return std::string(to_string(station.kind)) + " station"; };
  s.check = check_station;
  s.keys = {
      choice_key({"station", "What kind of station it is; decides which keys it has.", true}, &Station::kind,
                 names_of<StationKind>(6)),
      value_key({"name", "What it is called in results, different from every other; its kind if left out."},
                &Station::name, name_words(300)),
      choice_key({"scope", "One for all hosts, or one per host; shared (below client: host) if left out."},
                 &Station::scope, names_of<StationScope>(2)),
      only({K::kMetadata, K::kBandwidth, K::kDisk, K::kCpu},
           value_key({"servers", "How many work side by side: metadata servers, pipes, disks, cores."},
                     &Station::servers, count_words(1, kMostServers))),
      only(
          {K::kMetadata, K::kRequests},
          value_key({"rate",
                     "metadata: operations of one server (open with attributes and close); requests: of all.",
                     true},
                    &Station::rate, rate_words(kMostOperations))),
      only({K::kRequests, K::kLatency},
           value_key({"request_size", "Largest piece that one request carries; 0 for any."},
                     &Station::request_size, bytes_words({512}, kLargestRequest))),
      only({K::kLatency}, latency_key()),
      only({K::kDisk}, value_key({"seek", "Positioning time before every chunk.", true}, &Station::seek,
                                 seconds_words({10}))),
      only({K::kBandwidth, K::kDisk}, value_key({"bandwidth", "Of one server.", true}, &Station::bandwidth,
                                                bandwidth_words(kLeastBandwidth, kMostBandwidth))),
      only({K::kDisk}, value_key({"chunk", "Bytes read per seek; 0 for the whole request."}, &Station::chunk,
                                 bytes_words({512}, kLargestRequest))),
      only({K::kBandwidth},
           value_key({"burst", "Bytes that may pass at burst_bandwidth before bandwidth holds; 0 for none."},
                     &Station::burst, bytes_words({1}, {1ULL << 60}))),
      only({K::kBandwidth},
           value_key({"burst_bandwidth", "Of one server while the burst lasts; above bandwidth."},
                     &Station::burst_bandwidth, bandwidth_words(kLeastBandwidth, kMostBandwidth))),
      only({K::kCpu}, value_key({"per_operation", "CPU time per request."}, &Station::per_operation,
                                seconds_words({10}))),
      only({K::kCpu},
           value_key({"per_byte", "CPU time per byte."}, &Station::per_byte, seconds_words({1e-3}))),
      only({K::kCpu},
           value_key(
               {"taken",
                "Share of the cores that the same requests need elsewhere, in a curve: what the cores can "
                "do in all is less by it, but no request waits for it here."},
               &Station::taken, share_words(0, 0.99))),
  };
  return s;
}

}  // namespace

const Schema<Station>& station_schema() {
  static const Schema<Station> schema = declare();
  return schema;
}

std::vector<Station> read_stations(const YamlNode& node, StationScope scope, std::string_view owner,
                                   const Where& where) {
  Station defaults;
  defaults.scope = scope;
  std::vector<Station> stations = read_list(station_schema(), defaults, node, where);
  for (std::size_t i = 0; i < stations.size(); ++i) {
    Station& station = stations[i];
    const std::string_view kind = to_string(station.kind);
    if (station.name.empty())
      station.name = owner.empty() ? std::string(kind) : fmt::format("{} {}", owner, kind);
    const auto [first, fresh] = where.stations->emplace(station.name, node.items[i].line);
    if (!fresh) {
      where.fail(
          node.items[i].line,
          fmt::format("expected a name that no other station has, found {} in line {} too; write 'name: ...'",
                      quote(station.name), first->second));
    }
  }
  return stations;
}

std::string write_stations(const std::vector<Station>& stations, StationScope scope) {
  Station defaults;
  defaults.scope = scope;
  std::string out;
  for (const Station& station : stations) out += "\n- " + write_flow(station_schema(), station, defaults);
  return out;
}

}  // namespace aforo
