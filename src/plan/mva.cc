#include "plan/mva.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace aforo {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kNoLimit = 1e18;  // rounds per second that no station with a demand passes

// A queue's residence per round when an arriving job finds `queue` jobs at its replica,
// busy for a share `busy`.
double queue_residence(const MvaStation& s, double queue, double busy) {
  const double each = s.demand.value / s.replicas;  // demand of one replica per round
  return s.demand.value * (1 + queue + busy * (s.cv * s.cv - 1) / 2) * (each > 0 ? 1 : 0);
}

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
    if (s.kind == MvaKind::kLoadDependent)
      load.utilisation = std::min(1.0, throughput / s.rate(std::max(1.0, customers)));
    out.stations.push_back(load);
  }
  return out;
}

// What the slowest queue can pass: the FCFS correction alone would not keep to it.
double capacity(std::span<const MvaStation> stations) {
  double least = kInfinite;
  for (const MvaStation& s : stations)
    if (s.kind == MvaKind::kQueue && s.demand.value > 0) least = std::min(least, s.replicas / s.demand.value);
  return least;
}

MvaResult recursion(std::span<const MvaStation> stations, std::uint64_t customers) {
  const double most = capacity(stations);
  std::vector<double> queues(stations.size(), 0.0), residence(stations.size(), 0.0);
  double throughput = 0;
  for (std::uint64_t k = 1; k <= customers; ++k) {
    double round = 0;
    for (std::size_t i = 0; i < stations.size(); ++i) {
      const MvaStation& s = stations[i];
      residence[i] = s.kind == MvaKind::kDelay ? s.demand.value
                                               : queue_residence(s, queues[i] / s.replicas,
                                                                 throughput * s.demand.value / s.replicas);
      round += residence[i];
    }
    throughput = round > 0 ? std::min(most, static_cast<double>(k) / round) : kInfinite;
    for (std::size_t i = 0; i < stations.size(); ++i)
      queues[i] = residence[i] > 0 ? throughput * residence[i] : 0;
  }
  return finish(stations, throughput, static_cast<double>(customers), queues);
}

// ln of a station's factor f(n) = product over j <= n of 1 / rate(j), n in [0, customers].
std::vector<double> log_factors(const MvaStation& s, std::uint64_t customers) {
  std::vector<double> out(customers + 1, 0.0);
  for (std::uint64_t n = 1; n <= customers; ++n) {
    const auto jobs = static_cast<double>(n);
    const double rate = s.kind == MvaKind::kLoadDependent ? s.rate(jobs)
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

MvaResult mva_schweitzer(std::span<const MvaStation> stations, double customers) {
  const double a = std::max(0.0, (customers - 1) / customers);
  double least = 0;  // time of a round when alone
  for (const MvaStation& s : stations) least += s.kind == MvaKind::kLoadDependent ? 0 : s.demand.value;
  double low = 0, high = least > 0 ? 2 * customers / least : 1;
  if (least <= 0)
    while (high < kNoLimit && std::isfinite(jobs_in_all(stations, high, a, customers))) high *= 2;
  if (high >= kNoLimit)
    return finish(stations, kInfinite, customers, std::vector<double>(stations.size(), 0.0));
  high = std::min(high, capacity(stations));
  for (int i = 0; i < 80 && high - low > 1e-12 * high; ++i) {
    const double x = (low + high) / 2;
    (jobs_in_all(stations, x, a, customers) <= customers ? low : high) = x;
  }
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
