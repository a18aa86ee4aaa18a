// Throughput of a closed network with one class of jobs: exact, and approximate for large populations.
//
// A job visits every station; `demand` is the service it needs there per round, all visits together.
//
// Exact: mean value analysis (Reiser, Lavenberg 1980) for queues and delays, Buzen's
// convolution (1973, in logarithms: sums of positive terms only, so nothing cancels) as soon as
// one station is load-dependent.
//
// Approximate: Bard-Schweitzer (1979), solved for the throughput by bisection, so it converges
// for any population; a load-dependent station is taken at the population that an arriving job
// finds, itself included.
//
// Both extend to a server that is not exponential and serves in order of arrival: R = D (1 + Q) + U
// D (cv^2 - 1) / 2 (Reiser 1979), which is then an approximation in either method. Pure and
// thread-safe, as far as the stations' `rate` functions are.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "plan/shared_cores.h"

namespace aforo {

// What happens to jobs that are at a station together.
enum class MvaKind {
  // One server, processor sharing or in order of arrival.
  kQueue,
  kDelay,  // nobody queues
  // Cores that a part of all jobs, always the same ones, share: SharedCores.
  kCores,
  // `rate(n)` rounds per second while n jobs are there: a flow-equivalent server.
  kLoadDependent,
};

// One station. Members that its kind does not use are left at their defaults.
struct MvaStation {
  std::string name;
  MvaKind kind = MvaKind::kQueue;
  Seconds demand{0};  // of a round; not used by kLoadDependent
  // KQueue in order of arrival: variation of the service; 1 = exponential, or processor sharing
  double cv = 1;
  // KQueue: so many equal stations, of which a round visits one at random; demand: of the round. KCores: so many,
  // each with jobs of its own
  double replicas = 1;
  // kLoadDependent: rounds per second with n >= 1 there, positive.
  std::function<double(double)> rate = {};
  std::shared_ptr<const SharedCores> cores = {};  // kCores: of one replica, not null
};

// A server of c equal ones: a queue of demand D / c and a delay of D (c - 1) / c (Seidmann, Schweitzer,
// Shalev-Oren 1987). Exact for c = 1 and at both ends of the load; the error in between is a few per cent.
std::vector<MvaStation> multi_server(std::string name, Seconds demand, std::uint32_t servers, double cv = 1);

// What one station carries.
struct MvaLoad {
  // kQueue, kCores: of one replica; kLoadDependent: throughput / rate(customers); kDelay: 0.
  double utilisation = 0;
  double queue = 0;      // mean jobs there, over all replicas
  Seconds residence{0};  // per round
};

// The network in its steady state; stations in the order in which they were given.
struct MvaResult {
  // Rounds per second; infinite where no station takes any time.
  PerSecond throughput{0};
  Seconds response{0};  // of a round
  std::vector<MvaLoad> stations;
};

// Exact. O(stations x customers), with load-dependent ones O(stations x customers^2): meant for up to some
// 10^5, with load-dependent ones some 10^3.
MvaResult mva_exact(std::span<const MvaStation> stations, std::uint64_t customers);

// The throughput of 1, 2, ... `customers` of them, in rounds per second: mva_exact's way is through all of these.
// Delays and queues only.
std::vector<double> mva_growth(std::span<const MvaStation> stations, std::uint64_t customers);

// Bard-Schweitzer. Exact for one job and for very many; between, the throughput is low by at most 6 % (12
// equal queues or fewer, checked in mva_test.cc). Solved to 1e-12. `customers` > 0, need not be whole.
MvaResult mva_schweitzer(std::span<const MvaStation> stations, double customers);

// How many jobs the network holds when it carries `throughput`: the inverse of mva_schweitzer. At most
// `most`, which is also the answer where no population reaches that throughput.
double customers_at(std::span<const MvaStation> stations, PerSecond throughput, double most);

// Jobs at one station of a network that carries `throughput`, where an arriving job finds a share
// `arrival` = (K-1)/K of the mean queue. Infinite (kLoadDependent: as `most` jobs would not be
// enough) where it cannot carry that.
double queue_at(const MvaStation& station, PerSecond throughput, double arrival, double most);

}  // namespace aforo
