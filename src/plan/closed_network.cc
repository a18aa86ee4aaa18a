#include "plan/closed_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <utility>

#include "base/error.h"

namespace aforo {
namespace {

// Of a wait in a queue, over its squared mean: between constant (0) and exponential (1).
// Chosen so; what comes of it was cross-checked with the whole form
// (docs/accuracy-closed-forms.md), not fitted alone.
constexpr double kWaitVariance = 0.3;

}  // namespace

// Builds the stations of one network after another.
class NetworkMaker::Builder {
 public:
  Builder(const Workload& workload, const StorageSpec& storage, double hosts, const Access& access)
      : workload_(workload),
        storage_(storage),
        hosts_(hosts),
        read_(access),
        size_cv_(law_cv(workload.dataset.sample_size)) {}

  ClosedNetwork build(std::span<const double> hits) {
    out_ = {};
    out_.stations.reserve(most_stations_);
    double missed = 1;
    for (const double h : hits) missed -= h;
    missed = std::max(0.0, missed);
    for (const Station& s : storage_.client) add_station(s, 1, true);
    bool free_hits = false;
    double hit_free = 0;
    for (std::size_t i = 0; i < hits.size(); ++i) {
      const CacheSpec& cache = storage_.caches[i];
      for (const Station& s : cache.stations) add_station(s, hits[i], s.scope == StationScope::kHost);
      free_hits = free_hits || cache.stations.empty();
      if (cache.stations.empty()) hit_free += hits[i];
    }
    for (const TierSpec& tier : storage_.tiers) {
      add_curve(tier, missed * tier.share, false);
      if (free_hits) add_curve(tier, hit_free * tier.share, true);
      for (const Station& s : tier.stations)
        add_station(s, missed * tier.share, s.scope == StationScope::kHost, tier.share);
    }
    add_preprocessing();
    most_stations_ = std::max(most_stations_, out_.stations.size());
    out_.mva.reserve(out_.stations.size());
    for (const NetworkStation& s : out_.stations) out_.mva.push_back(s.mva);
    return std::move(out_);
  }

 private:
  // A queue at each of `replicas` places with `servers` servers each, one of which a round visits at random.
  void add_queue(const std::string& name, double demand, std::uint32_t servers, double replicas,
                 NetworkStation facts) {
    if (demand <= 0) return;
    // A host's readers come to its own station and no other.
    if (facts.client && replicas > 1 && servers == 1 && !facts.in_order)
      return add_shared(name, demand, 1, replicas, std::move(facts));
    const double service_cv = facts.in_order ? facts.mva.cv : 1;
    for (MvaStation& s : multi_server(name, Seconds{demand}, servers, service_cv)) {
      NetworkStation made = facts;
      if (s.kind == MvaKind::kQueue) s.replicas = replicas;
      made.in_order = facts.in_order && s.kind == MvaKind::kQueue;
      made.mva = std::move(s);
      out_.stations.push_back(std::move(made));
    }
  }

  // One queue as fast as what is left of all cores, and the rest of the time without waiting (as
  // multi_server).
  void add_partly_taken(const Station& s, double demand, double places, NetworkStation facts) {
    const double queued = demand / (s.servers * (1 - s.taken));
    out_.as_simulated = false;
    add_queue(s.name, queued, 1, places, facts);
    add_delay(s.name, demand - queued, std::move(facts));
  }

  void add_delay(const std::string& name, double seconds, NetworkStation facts) {
    if (seconds <= 0) return;
    facts.mva = {
        .name = name, .kind = MvaKind::kDelay, .demand = {seconds}, .cv = 1, .replicas = 1, .rate = {}};
    out_.stations.push_back(std::move(facts));
  }

  // `files`: share of all files that the station's tier holds.
  void add_station(const Station& s, double share, bool per_host, double files = 1) {
    if (share <= 0) return;
    NetworkStation facts;
    facts.share = share;
    facts.work_cv = facts.size_cv = size_cv_;
    facts.client = per_host;
    facts.scattered = read_.kind != ReadKind::kStream;
    facts.visits = std::min(1.0, read_.operations_per_sample());
    const double places = per_host ? hosts_ : 1, servers = s.servers, bytes = read_.bytes_per_sample;
    switch (s.kind) {
      case StationKind::kMetadata:
        facts.in_order = true;
        facts.visits = std::min(1.0, read_.opens_per_sample);
        facts.work_cv = 1;
        facts.size_cv = 0;
        add_queue(s.name, share * read_.opens_per_sample / s.rate.value, s.servers, places, facts);
        break;
      case StationKind::kLatency: {
        const double waits = requests_of(s.request_size);
        const double law = law_cv(s.latency);
        facts.size_cv = waits > 1 ? size_cv_ : 0;
        facts.work_cv = std::sqrt(law * law / waits + facts.size_cv * facts.size_cv);
        add_delay(s.name, share * waits * law_mean(s.latency), facts);
        break;
      }
      case StationKind::kRequests: {
        const double requests = requests_of(s.request_size);
        facts.in_order = true;
        facts.mva.cv = facts.work_cv = facts.size_cv =
            s.request_size.value == 0 || requests <= 1 ? 0 : size_cv_;
        add_queue(s.name, share * requests / s.rate.value, 1, places, facts);
        break;
      }
      case StationKind::kBandwidth:
        if (servers > 1) facts.placed = files;
        add_queue(s.name, share * bytes / s.bandwidth.value, 1, places * servers, facts);
        break;
      case StationKind::kDisk: {
        const double seek = requests_of(s.chunk) * s.seek.value, transfer = bytes / s.bandwidth.value;
        facts.in_order = true;
        facts.placed = files;
        facts.mva.cv = facts.work_cv = facts.size_cv = size_cv_ * transfer / (seek + transfer);
        add_queue(s.name, share * (seek + transfer), 1, places * servers, facts);
        break;
      }
      case StationKind::kCpu:
        add_processors(s, share, bytes, places, facts);
        break;
    }
  }

  // A sample's requests of at most `size` (0: any) at a station, as the simulated world charges them: an operation's
  // bytes cut into such, and no fewer than its reader waits for one after the other. A file that is read through the
  // page cache is one operation, whatever pieces it is asked for in.
  double requests_of(Bytes size) {
    if (size.value == 0) return read_.waits_per_sample;
    const auto [known, is_new] = requests_.try_emplace(size.value);
    if (is_new) known->second = reckoned_requests(size);
    return known->second;
  }

  double reckoned_requests(Bytes size) const {
    const double operations = read_.operations_per_sample(), piece = read_.bytes_per_sample / operations;
    // Of operations that a sample is cut into all but the last are alike.
    const double stddev = read_.kind == ReadKind::kStream || operations >= 2 ? 0 : size_cv_ * piece;
    return std::max(read_.waits_per_sample,
                    operations * requests_for(piece, static_cast<double>(size.value), stddev));
  }

  // The cores that a job's own work shares with its reads: a host's first ones.
  bool prepares(const Station& s) const {
    const auto first = std::find_if(storage_.client.begin(), storage_.client.end(),
                                    [](const Station& of) { return of.kind == StationKind::kCpu; });
    return first != storage_.client.end() && &*first == &s;
  }

  void add_processors(const Station& s, double share, double bytes, double places, NetworkStation facts) {
    const double fixed = s.per_operation.value * read_.waits_per_sample, moving = s.per_byte.value * bytes;
    const double own = prepares(s) ? law_mean(workload_.loader.preprocess) : 0, all = fixed + moving + own;
    if (all <= 0) return;
    const double varies = law_cv(workload_.loader.preprocess) * own / all;
    facts.size_cv = size_cv_ * moving / all;
    facts.work_cv = std::sqrt(facts.size_cv * facts.size_cv + varies * varies);
    if (s.taken > 0) return add_partly_taken(s, share * all, places, facts);
    if (s.scope != StationScope::kHost && hosts_ > 1)
      return add_queue(s.name, share * all, s.servers, places, facts);
    add_shared(s.name, share * all, s.servers, places, std::move(facts));
  }

  // At each of `places` so many servers that are shared equally by the readers of that place.
  void add_shared(const std::string& name, double demand, std::uint32_t servers, double places,
                  NetworkStation facts) {
    const double readers = workload_.accelerator.count * static_cast<double>(read_.readers);
    facts.mva = {.name = name, .kind = MvaKind::kCores, .demand = {demand}};
    facts.mva.replicas = places;
    auto& cores = cores_[{servers, places}];
    if (!cores) cores = SharedCores::of(servers, static_cast<std::uint32_t>(std::ceil(readers / places)));
    facts.mva.cores = cores;
    out_.stations.push_back(std::move(facts));
  }

  void add_curve(const TierSpec& tier, double share, bool cached) {
    if (tier.curves.empty()) return;
    auto found = OperationCurve::find(tier.curves, read_.kind, workload_.loader.read_mode, cached,
                                      read_.operation_bytes(), hosts_);
    if (!found) {
      if (cached) return;
      throw UserError(missing_curve(storage_.name, tier, read_.kind, workload_.loader.read_mode));
    }
    if (share <= 0) return;
    note_other_requests(tier, *found, cached);
    if (found->borrowed())
      out_.notes.push_back(fmt::format("tier '{}' has no curve of {} reads: another kind's was taken",
                                       tier.name, to_string(read_.kind)));
    const auto curve = std::make_shared<const OperationCurve>(std::move(*found));
    const double grows = curve->size_share();
    const double work =
        read_.operations_per_sample() * (1 - grows) + grows * read_.bytes_per_sample / curve->size();
    const double places = cached ? hosts_ : 1;  // the page cache is each host's own
    NetworkStation facts;
    facts.share = share;
    facts.operations = read_.operations_per_sample();
    facts.work_cv = facts.size_cv =
        work > 0 ? size_cv_ * grows * read_.bytes_per_sample / curve->size() / work : 0;
    facts.curve = curve;
    facts.client = cached;
    facts.mva = {.name = cached ? tier.name + " (cached)" : tier.name,
                 .kind = MvaKind::kLoadDependent,
                 .demand = {},
                 .cv = 1,
                 .replicas = 1,
                 .rate = [curve, places, per_round = share * work](double n) {
                   // With a curve per host, n operations lie spread over the hosts.
                   const double each = std::max(1.0, n / places);
                   return curve->rate(each).value * std::min(places, std::max(1.0, n)) / per_round;
                 }};
    out_.stations.push_back(std::move(facts));
  }

  // A file that is read past the page cache waits for each of its requests: a curve speaks of as many as it was
  // measured with.
  void note_other_requests(const TierSpec& tier, const OperationCurve& curve, bool cached) {
    constexpr double kAlike = 1.25;  // chosen: what the last, shorter request of a file may make
    if (cached || read_.kind != ReadKind::kFile || workload_.loader.read_mode != ReadMode::kDirect) return;
    const auto measured =
        static_cast<double>(curve.request().value ? curve.request().value : kDefaultRequest);
    const double then = requests_for(read_.sample_bytes, measured, size_cv_ * read_.sample_bytes);
    const double now = read_.waits_per_sample;
    if (std::max(then, now) <= kAlike * std::min(then, now)) return;
    out_.notes.push_back(fmt::format(
        "tier '{}' was measured in requests of {} past the page cache, this job waits for {:.3g} requests of {} a "
        "file: what they cost is not in the prediction; probe it with --workload and this transfer_size",
        tier.name, format_bytes({static_cast<std::uint64_t>(measured)}), now,
        format_bytes({request_size(workload_.loader)})));
  }

  void add_preprocessing() {
    const double seconds = law_mean(workload_.loader.preprocess);
    if (seconds <= 0) return;
    if (std::any_of(storage_.client.begin(), storage_.client.end(),
                    [](const Station& s) { return s.kind == StationKind::kCpu; }))
      return;  // among what its cores do
    NetworkStation facts;
    facts.work_cv = law_cv(workload_.loader.preprocess);
    facts.client = true;
    add_delay("preprocessing", seconds, facts);
  }

  const Workload& workload_;
  const StorageSpec& storage_;
  const double hosts_;
  const Access read_;
  const double size_cv_;                      // of samples
  std::map<std::uint64_t, double> requests_;  // of requests_of
  std::map<std::pair<std::uint32_t, double>, std::shared_ptr<const SharedCores>>
      cores_;                      // by servers, places
  std::size_t most_stations_ = 4;  // of those that were built
  ClosedNetwork out_;
};

namespace {

double residence(const MvaStation& s, PerSecond throughput, double customers) {
  const double a = std::max(0.0, 1 - 1 / std::max(customers, 1.0));
  return std::min(customers, queue_at(s, throughput, a, customers)) /
         throughput.value;  // a full one holds all there are
}

}  // namespace

void append_bytes(std::string& key, double number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  key.append(bytes, sizeof number);
}

bool ClosedNetwork::plain() const {
  return std::all_of(stations.begin(), stations.end(), [](const NetworkStation& s) {
    return s.curve == nullptr && s.mva.kind != MvaKind::kLoadDependent;
  });
}

std::string ClosedNetwork::key() const {
  std::string out;
  out.reserve(stations.size() * 13 * sizeof(double) + 16 * sizeof(double));
  for (const NetworkStation& s : stations)
    for (const double number :
         {static_cast<double>(s.mva.kind), s.mva.demand.value, s.mva.cv, s.mva.replicas,
          s.mva.cores ? double(s.mva.cores->cores()) : 0.0,
          s.mva.cores ? double(s.mva.cores->customers()) : 0.0, s.share, s.work_cv, s.size_cv,
          s.in_order ? 1.0 : 0.0, s.scattered ? 1.0 : 0.0, s.placed, s.visits})
      append_bytes(out, number);
  return out;
}

double NetworkStation::wait_variance(double work, double wait) const {
  const double one = kWaitVariance * wait * wait;
  if (placed <= 0 || mva.replicas <= 1 || !scattered) return one;
  // Of many places each is a queue that whoever happens to come joins: M/G/1, Var W = E[W]^2 + l E[S^3] / 3 (1 - u),
  // of which the last is 2/3 E[W] E[S^3] / E[S^2] (Takacs 1962).
  const double random = wait * wait + 2.0 / 3 * work * (1 + work_cv * work_cv) * wait;
  return one / mva.replicas + (1 - 1 / mva.replicas) * random;
}

double ClosedNetwork::sample_cv(PerSecond throughput, double customers) const {
  double mean = 0, variance = 0, by_size = 0;
  for (const NetworkStation& s : stations) {
    const double here = residence(s.mva, throughput, customers);  // per sample, whether it passes or not
    if (!std::isfinite(here) || here <= 0) continue;
    mean += here;
    double relative = s.work_cv * s.work_cv;
    const double size = std::min(s.size_cv * s.size_cv, relative);
    if (s.curve) {
      const double jitter = s.curve->jitter_cv(std::max(1.0, here * throughput.value));
      relative = (1 + relative) * (1 + jitter * jitter / std::max(1.0, s.operations)) - 1;
    }
    const double visit = here / s.share;  // of one that passes
    const double work = std::min(visit, s.in_order ? s.mva.demand.value / s.share : visit);
    const double wait = visit - work;
    const double of_visit = (relative - size) * work * work + s.wait_variance(work, wait) / s.visits;
    by_size += s.share * std::sqrt(size) * work;
    variance += s.share * of_visit + s.share * (1 - s.share) * visit * visit;
  }
  return mean > 0 ? std::sqrt(variance + by_size * by_size) / mean : 0;
}

double ClosedNetwork::common_cv(PerSecond throughput, double customers) const {
  double common = 0, longest = 0;
  for (const NetworkStation& s : stations) {
    if (!s.curve) continue;
    const double here = residence(s.mva, throughput, customers);
    if (here < longest) continue;
    longest = here;
    common = s.curve->common(std::max(1.0, here * throughput.value));
  }
  return common;
}

ClosedNetwork closed_network(const Workload& workload, const StorageSpec& storage, double hosts,
                             std::span<const double> hits) {
  return NetworkMaker(workload, storage, hosts, access_of(workload)).with(hits);
}

NetworkMaker::NetworkMaker(const Workload& workload, const StorageSpec& storage, double hosts,
                           const Access& access)
    : builder_(std::make_unique<Builder>(workload, storage, hosts, access)) {}
NetworkMaker::~NetworkMaker() = default;

ClosedNetwork NetworkMaker::with(std::span<const double> hits) { return builder_->build(hits); }

}  // namespace aforo
