#include "plan/mva.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace aforo {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kNoLimit = 1e18;  // rounds per second that no station with a demand passes

MvaResult finish(std::span<const MvaStation> stations, double throughput, double customers,
                 std::span<const double> queues) {
  MvaResult out;
  out.throughput = {throughput};
  out.response = {throughput > 0 && std::isfinite(throughput) ? customers / throughput : 0};
  for (std::size_t i = 0; i < stations.size(); ++i) {
    const MvaStation& s = stations[i];
    MvaLoad load;
    load.queue = queues[i];
    load.residence = {throughput > 0 && std::isfinite(throughput) ? queues[i] / throughput : 0};
    if (s.kind == MvaKind::kQueue) load.utilisation = std::min(1.0, throughput * s.demand.value / s.replicas);
    if (s.kind == MvaKind::kCores)
      load.utilisation = std::min(1.0, throughput * s.demand.value / s.replicas / s.cores->cores());
    if (s.kind == MvaKind::kLoadDependent)
      load.utilisation = std::min(1.0, throughput / s.rate(std::max(1.0, customers)));
    out.stations.push_back(load);
  }
  return out;
}

// What the slowest queue can pass: the FCFS correction alone would not keep to it.
double capacity(std::span<const MvaStation> stations) {
  double least = kInfinite;
  for (const MvaStation& s : stations) {
    if (s.demand.value <= 0) continue;
    if (s.kind == MvaKind::kQueue) least = std::min(least, s.replicas / s.demand.value);
    if (s.kind == MvaKind::kCores) least = std::min(least, s.replicas * s.cores->cores() / s.demand.value);
  }
  return least;
}

// A queue in the recursion. Its residence R grows from job to job as R' = demand + X (each R + more), X being
// the throughput with one job less; all but the product with X is known before X is.
struct Queue {
  double demand = 0;  // of a round, over all replicas
  double each = 0;    // at one of them
  double more = 0;    // demand each (cv^2 - 1) / 2
  double residence = 0;
};

// Jobs at a station of kCores, all replicas, and how they grow with the throughput.
SharedCores::There at_cores(const MvaStation& s, double throughput) {
  const SharedCores::There one = s.cores->at(throughput * s.demand.value / s.replicas);
  return {one.customers * s.replicas, one.slope * s.demand.value};
}

// The throughput in [0, most] of k jobs of which all but those at `cores` take `others` seconds a round, of whom there
// are fewer than k at `low`. Of more throughput there are always more: false position, an end that stays counts half
// (Illinois).
double with_cores(std::span<const MvaStation* const> cores, double k, double others, double most,
                  double low) {
  constexpr double kNear = 1e-8;
  constexpr int kSteps = 50;
  double slope = others;
  const auto beyond = [&](double x) {
    double jobs = x * others - k;
    slope = others;
    for (const MvaStation* s : cores) {
      const SharedCores::There there = at_cores(*s, x);
      jobs += there.customers, slope += there.slope;
    }
    return jobs;
  };
  double below = beyond(low);
  if (below >= 0) return low;
  double high = std::min(most, low - below / slope), above = beyond(high);
  for (int i = 0; above < 0 && high < most && i < kSteps; ++i) {
    low = high, below = above;
    high = std::min(most, low - below / slope * 2), above = beyond(high);
  }
  if (above <= 0) return high;
  double x = high;
  for (int i = 0, last = 0; i < kSteps && high - low > kNear * high; ++i) {
    x = (low * above - high * below) / (above - below);
    const double found = beyond(x);
    if (std::abs(found) <= kNear * k) break;
    if (found > 0) {
      if (last > 0) below /= 2;
      high = x, above = found, last = 1;
    } else {
      if (last < 0) above /= 2;
      low = x, below = found, last = -1;
    }
  }
  return x;
}

// A network as fast as its one slowest queue, [kFull of that, 1]: whoever comes waits there, and nothing else
// changes any more. Chosen: as near as doubles tell.
constexpr double kFull = 1 - 1e-13;

// Has all of `customers` that are not elsewhere wait at the queue that is full; false where several are or none is, or
// not so many are left: then nothing is changed.
bool settle(std::vector<Queue>& queues, double throughput, double customers, double elsewhere) {
  const auto at_rest = [&](const Queue& q) {
    return (q.demand + throughput * q.more) / (1 - throughput * q.each);
  };
  Queue* full = nullptr;
  for (Queue& q : queues) {
    if (throughput * q.each < kFull) {
      elsewhere += throughput * at_rest(q);
    } else if (full == nullptr) {
      full = &q;
    } else {
      return false;
    }
  }
  if (full == nullptr || elsewhere >= customers) return false;
  for (Queue& q : queues) q.residence = &q == full ? (customers - elsewhere) / throughput : at_rest(q);
  return true;
}

// `grown`, where given, takes the throughput of each number of customers.
MvaResult recursion(std::span<const MvaStation> stations, std::uint64_t customers,
                    std::vector<double>* grown = nullptr) {
  const double most = capacity(stations);
  double delays = 0, demands = 0;
  std::vector<Queue> queues;
  std::vector<const MvaStation*> cores;
  for (const MvaStation& s : stations) {
    if (s.kind == MvaKind::kCores && s.cores->anyone_waits()) {
      cores.push_back(&s);
    } else if (s.kind != MvaKind::kQueue) {
      delays += s.demand.value;
    } else if (s.demand.value > 0) {
      const double each = s.demand.value / s.replicas;
      queues.push_back({s.demand.value, each, s.demand.value * each * (s.cv * s.cv - 1) / 2, 0});
      demands += s.demand.value;
    }
  }
  if (grown == nullptr && !cores.empty()) {
    // For the last throughput alone the time at cores is what Schweitzer's throughput says: it is as exact there, and
    // to look for it with every customer would take longer than all else.
    const PerSecond near = mva_schweitzer(stations, static_cast<double>(customers)).throughput;
    for (const MvaStation* c : cores) delays += at_cores(*c, near.value).customers / near.value;
    cores.clear();
  }
  double throughput = 0, waiting = 0;  // sum of each R + more
  for (std::uint64_t k = 1; k <= customers; ++k) {
    const double before = throughput, round = delays + demands + before * waiting;
    throughput = round > 0 ? std::min(most, static_cast<double>(k) / round) : kInfinite;
    if (!cores.empty()) throughput = with_cores(cores, static_cast<double>(k), round, most, before);
    if (grown != nullptr) grown->push_back(throughput);
    waiting = 0;
    for (Queue& q : queues) {
      q.residence = q.demand + before * (q.each * q.residence + q.more);
      waiting += q.each * q.residence + q.more;
    }
    if (throughput < kFull * most) continue;
    double elsewhere = throughput * delays;
    for (const MvaStation* c : cores) elsewhere += at_cores(*c, throughput).customers;
    if (settle(queues, throughput, static_cast<double>(customers), elsewhere)) break;
  }
  if (grown != nullptr) grown->resize(customers, throughput);
  std::vector<double> all;
  auto next = queues.begin();
  for (const MvaStation& s : stations) {
    if (s.kind == MvaKind::kCores) {
      all.push_back(at_cores(s, throughput).customers);
      continue;
    }
    const bool delay = s.kind == MvaKind::kDelay;
    const double residence = delay ? s.demand.value : s.demand.value > 0 ? (next++)->residence : 0;
    all.push_back(residence > 0 ? throughput * residence : 0);
  }
  return finish(stations, throughput, static_cast<double>(customers), all);
}

// Of all replicas, where jobs lie evenly on them.
double cores_rate(const MvaStation& s, double jobs) {
  return std::min(jobs, s.replicas * s.cores->cores()) / s.demand.value;
}

// ln of a station's factor f(n) = product over j <= n of 1 / rate(j), n in [0, customers].
std::vector<double> log_factors(const MvaStation& s, std::uint64_t customers) {
  std::vector<double> out(customers + 1, 0.0);
  for (std::uint64_t n = 1; n <= customers; ++n) {
    const auto jobs = static_cast<double>(n);
    const double rate = s.kind == MvaKind::kLoadDependent ? s.rate(jobs)
                        : s.kind == MvaKind::kCores       ? cores_rate(s, jobs)
                        : s.kind == MvaKind::kDelay       ? jobs / s.demand.value
                                                          : 1 / s.demand.value;
    // Replicas: n jobs over m equal queues in any way, (m + n - 1 over n) (D/m)^n.
    const double ways = s.kind == MvaKind::kQueue ? std::log((s.replicas + jobs - 1) / jobs / s.replicas) : 0;
    out[n] = out[n - 1] - std::log(rate) + ways;
  }
  return out;
}

std::vector<double> convolve(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> out(a.size(), -kInfinite);
  for (std::size_t n = 0; n < a.size(); ++n) {
    double largest = -kInfinite, sum = 0;
    for (std::size_t j = 0; j <= n; ++j) largest = std::max(largest, a[j] + b[n - j]);
    for (std::size_t j = 0; j <= n; ++j) sum += std::exp(a[j] + b[n - j] - largest);
    out[n] = largest + std::log(sum);
  }
  return out;
}

bool takes_time(const MvaStation& s) { return s.kind == MvaKind::kLoadDependent || s.demand.value > 0; }

MvaResult convolution(std::span<const MvaStation> stations, std::uint64_t customers) {
  // before[i]: all stations in front of i; after[i]: all behind it.
  std::vector<std::vector<double>> factors;
  std::vector<double> empty(customers + 1, -kInfinite);
  empty[0] = 0;
  for (const MvaStation& s : stations) factors.push_back(takes_time(s) ? log_factors(s, customers) : empty);
  std::vector<std::vector<double>> before{empty};
  for (const auto& f : factors) before.push_back(convolve(before.back(), f));
  const std::vector<double>& all = before.back();
  std::vector<double> queues(stations.size(), 0.0), after = empty;
  for (std::size_t i = stations.size(); i-- > 0;) {
    const std::vector<double> rest = convolve(before[i], after);
    for (std::uint64_t n = 1; n <= customers; ++n)
      queues[i] += static_cast<double>(n) * std::exp(factors[i][n] + rest[customers - n] - all[customers]);
    after = convolve(after, factors[i]);
  }
  const double throughput = std::exp(all[customers - 1] - all[customers]);
  return finish(stations, throughput, static_cast<double>(customers), queues);
}

// Jobs at a load-dependent station that passes `throughput`: n = 1 + a Q are there when one arrives, so
// (n - 1) rate(n) / n = a X.
double load_dependent_queue(const MvaStation& s, double throughput, double a, double most) {
  const double wanted = a * throughput;
  if (a <= 0) return throughput / s.rate(1);
  const auto carried = [&](double n) { return (n - 1) / n * s.rate(n); };
  double low = 1, high = 1 + a * most;
  if (carried(high) < wanted) return kInfinite;
  for (int i = 0; i < 60 && high - low > 1e-13 * high; ++i) {
    const double n = (low + high) / 2;
    (carried(n) < wanted ? low : high) = n;
  }
  return (low + high - 2) / 2 / a;
}

double jobs_at(const MvaStation& s, double throughput, double a, double most) {
  const double used = throughput * s.demand.value;
  switch (s.kind) {
    case MvaKind::kDelay:
      return used;
    case MvaKind::kLoadDependent:
      return load_dependent_queue(s, throughput, a, most);
    case MvaKind::kCores:
      return used > s.replicas * s.cores->cores() ? kInfinite : at_cores(s, throughput).customers;
    case MvaKind::kQueue:
      break;
  }
  const double busy = used / s.replicas;
  if (a * busy >= 1) return kInfinite;
  return used * (1 + a * busy * (s.cv * s.cv - 1) / 2) / (1 - a * busy);
}

double jobs_in_all(std::span<const MvaStation> stations, double throughput, double a, double most) {
  double sum = 0;
  for (const MvaStation& s : stations) {
    sum += jobs_at(s, throughput, a, most);
    if (sum > most) return kInfinite;
  }
  return sum;
}

}  // namespace

std::vector<MvaStation> multi_server(std::string name, Seconds demand, std::uint32_t servers, double cv) {
  const double c = servers;
  std::vector<MvaStation> out;
  out.push_back({.name = name, .kind = MvaKind::kQueue, .demand = demand / c, .cv = cv});
  if (servers > 1)
    out.push_back({.name = std::move(name), .kind = MvaKind::kDelay, .demand = demand * ((c - 1) / c)});
  return out;
}

MvaResult mva_exact(std::span<const MvaStation> stations, std::uint64_t customers) {
  if (customers == 0) return finish(stations, 0, 0, std::vector<double>(stations.size(), 0.0));
  for (const MvaStation& s : stations)
    if (s.kind == MvaKind::kLoadDependent) return convolution(stations, customers);
  return recursion(stations, customers);
}

std::vector<double> mva_growth(std::span<const MvaStation> stations, std::uint64_t customers) {
  std::vector<double> out;
  out.reserve(customers);
  recursion(stations, customers, &out);
  return out;
}

namespace {

// Of jobs_at, where no rate depends on the load: jobs more per throughput more.
double jobs_slope(const MvaStation& s, double throughput, double a) {
  if (s.kind == MvaKind::kDelay) return s.demand.value;
  if (s.kind == MvaKind::kCores) return at_cores(s, throughput).slope;
  const double busy = a * throughput * s.demand.value / s.replicas, more = (s.cv * s.cv - 1) / 2;
  return s.demand.value * ((1 + 2 * busy * more) * (1 - busy) + busy * (1 + busy * more)) /
         ((1 - busy) * (1 - busy));
}

// The throughput in [0, high] at which `customers` are in the network: more of it always takes more of them.
// Newton's steps, and halvings where one would leave what is left.
double throughput_of(std::span<const MvaStation> stations, double customers, double a, double high) {
  constexpr double kNear = 1e-12;  // promised
  constexpr double kSame =
      1e-6;  // of the customers: where they grow very fast a small step is not the last one
  const bool smooth = std::none_of(stations.begin(), stations.end(),
                                   [](const MvaStation& s) { return s.kind == MvaKind::kLoadDependent; });
  if (jobs_in_all(stations, high, a, customers) <= customers) return high;
  double low = 0, x = smooth ? high : high / 2;
  for (int i = 0; i < 200 && high - low > kNear * high; ++i) {
    const double jobs = jobs_in_all(stations, x, a, smooth ? HUGE_VAL : customers);
    (jobs <= customers ? low : high) = x;
    double next = (low + high) / 2;
    if (smooth && std::isfinite(jobs)) {
      double slope = 0;
      for (const MvaStation& s : stations) slope += jobs_slope(s, x, a);
      const double there = x - (jobs - customers) / slope;
      const bool near = std::abs(there - x) <= kNear * x;
      if (near && std::abs(jobs - customers) <= kSame * customers) return std::clamp(there, low, high);
      if (!near && there > low && there < high) next = there;
    }
    x = next;
  }
  return low;
}

}  // namespace

MvaResult mva_schweitzer(std::span<const MvaStation> stations, double customers) {
  const double a = std::max(0.0, (customers - 1) / customers);
  double least = 0;  // time of a round when alone
  for (const MvaStation& s : stations) least += s.kind == MvaKind::kLoadDependent ? 0 : s.demand.value;
  double high = least > 0 ? 2 * customers / least : 1;
  if (least <= 0)
    while (high < kNoLimit && std::isfinite(jobs_in_all(stations, high, a, customers))) high *= 2;
  if (high >= kNoLimit)
    return finish(stations, kInfinite, customers, std::vector<double>(stations.size(), 0.0));
  const double low = throughput_of(stations, customers, a, std::min(high, capacity(stations)));
  std::vector<double> queues;
  double unsaturated = 0, saturated = 0;
  for (const MvaStation& s : stations) {
    const double jobs = jobs_at(s, low, a, customers);
    queues.push_back(jobs);
    (std::isfinite(jobs) ? unsaturated : saturated) += std::isfinite(jobs) ? jobs : 1;
  }
  for (double& q : queues)
    if (!std::isfinite(q)) q = std::max(0.0, customers - unsaturated) / saturated;
  return finish(stations, low, customers, queues);
}

double queue_at(const MvaStation& station, PerSecond throughput, double arrival, double most) {
  return jobs_at(station, throughput.value, arrival, most);
}

double customers_at(std::span<const MvaStation> stations, PerSecond throughput, double most) {
  double jobs = most;
  for (int i = 0; i < 50; ++i) {
    const double a = std::max(0.0, (jobs - 1) / std::max(jobs, 1e-300));
    const double next = std::min(most, jobs_in_all(stations, throughput.value, a, most));
    if (std::abs(next - jobs) <= 1e-6 * jobs) return next;
    jobs = next;
  }
  return jobs;
}

}  // namespace aforo
