// Stations in order of arrival, and delays. In order of arrival a departure is known when the customer comes,
// so nothing is queued but the clock's own event.
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "base/random.h"
#include "sim/stations.h"
#include "sim/stations_made.h"
#include "sim/visit.h"
#include "workload/law.h"

namespace aforo {
namespace {

// What customers that leave at a known time add up to, counted when they come.
class Ledger {
 public:
  void add(Seconds now, Seconds begins, Seconds leaves, double operations) {
    use_.in_flight += (leaves - now).value;
    use_.busy += (leaves - begins).value;
    use_.operations += operations;
  }
  ServerUse use(double servers) const {
    ServerUse use = use_;
    use.busy /= servers;
    return use;
  }

 private:
  ServerUse use_;
};

// In order of arrival at `servers` equal servers, each customer to the one that is free first.
class Fifo {
 public:
  Fifo(VirtualClock& clock, std::uint32_t servers) : clock_(clock), free_(servers, 0.0) {}

  void enter(Visit& visit, Seconds service, double operations) {
    std::pop_heap(free_.begin(), free_.end(), std::greater<>());
    const Seconds now = clock_.now();
    const Seconds begins = std::max(now, Seconds{free_.back()});
    const Seconds leaves = begins + service;
    free_.back() = leaves.value;
    std::push_heap(free_.begin(), free_.end(), std::greater<>());
    ledger_.add(now, begins, leaves, operations);
    clock_.at(leaves, visit);
  }
  ServerUse use() const { return ledger_.use(static_cast<double>(free_.size())); }

 private:
  VirtualClock& clock_;
  std::vector<double> free_;  // when each server is, a heap with the earliest first
  Ledger ledger_;
};

double requests_of(const OperationPart& part, Bytes request_size) {
  if (request_size.value == 0) return part.waits();
  return std::max(std::ceil(part.bytes / static_cast<double>(request_size.value)), part.requests);
}

// Work is seconds of one server.
class MetadataStation final : public Server {
 public:
  MetadataStation(const Station& spec, VirtualClock& clock, std::uint64_t seed)
      : fifo_(clock, spec.servers), mean_(1 / spec.rate.value), random_(seed) {}
  double demand(const OperationPart& part, std::uint32_t) override {
    return part.opens ? mean_ * random_.exponential() : 0;
  }
  void hold(Visit& visit, double work, FileId, std::uint32_t, double operations) override {
    fifo_.enter(visit, Seconds{work}, operations);
  }
  ServerUse use() override { return fifo_.use(); }

 private:
  Fifo fifo_;
  const double mean_;
  Random random_;
};

// Work is requests.
class RequestsStation final : public Server {
 public:
  RequestsStation(const Station& spec, VirtualClock& clock)
      : fifo_(clock, 1), each_(1 / spec.rate.value), size_(spec.request_size) {}
  double demand(const OperationPart& part, std::uint32_t) override { return requests_of(part, size_); }
  void hold(Visit& visit, double work, FileId, std::uint32_t, double) override {
    fifo_.enter(visit, Seconds{work * each_}, work);
  }
  ServerUse use() override { return fifo_.use(); }

 private:
  Fifo fifo_;
  const double each_;
  const Bytes size_;
};

// `servers` disks; a file lies on one of them. Work is seconds of a disk.
class DiskStation final : public Server {
 public:
  DiskStation(const Station& spec, VirtualClock& clock)
      : disks_(spec.servers, Fifo(clock, 1)),
        seek_(spec.seek.value),
        chunk_(spec.chunk),
        rate_(spec.bandwidth.value) {}
  double demand(const OperationPart& part, std::uint32_t) override {
    return seek_ * requests_of(part, chunk_) + part.bytes / rate_;
  }
  void hold(Visit& visit, double work, FileId file, std::uint32_t, double operations) override {
    disks_[place_of(file, static_cast<std::uint32_t>(disks_.size()))].enter(visit, Seconds{work}, operations);
  }
  ServerUse use() override {
    ServerUse sum;
    for (const Fifo& disk : disks_) {
      const ServerUse one = disk.use();
      sum.busy += one.busy / static_cast<double>(disks_.size());
      sum.in_flight += one.in_flight;
      sum.operations += one.operations;
    }
    return sum;
  }

 private:
  std::vector<Fifo> disks_;
  const double seek_;
  const Bytes chunk_;
  const double rate_;
};

// Nobody waits for anybody. Work is seconds.
class DelayStation : public Server {
 public:
  explicit DelayStation(VirtualClock& clock) : clock_(clock) {}
  double demand(const OperationPart&, std::uint32_t) override { return 0; }
  void hold(Visit& visit, double work, FileId, std::uint32_t, double operations) override {
    use_.operations += operations;
    use_.in_flight += work;
    clock_.at(clock_.now() + Seconds{work}, visit);
  }
  ServerUse use() override { return use_; }  // a delay is never busy

 private:
  VirtualClock& clock_;
  ServerUse use_;
};

class LatencyStation final : public DelayStation {
 public:
  LatencyStation(const Station& spec, VirtualClock& clock, std::uint64_t seed)
      : DelayStation(clock), law_(spec.latency), size_(spec.request_size), random_(seed) {}
  // A reader that goes through a file waits for every request.
  double demand(const OperationPart& part, std::uint32_t) override {
    const double requests = requests_of(part, size_);
    if (law_.kind == LawKind::kConstant) return requests * draw(law_, random_);
    double sum = 0;
    for (double i = 0; i < requests; ++i) sum += draw(law_, random_);
    return sum;
  }

 private:
  const Law law_;
  const Bytes size_;
  Random random_;
};

}  // namespace

std::unique_ptr<Server> make_delay(VirtualClock& clock) { return std::make_unique<DelayStation>(clock); }

std::unique_ptr<Server> make_server(const Station& station, VirtualClock& clock, std::uint64_t seed) {
  switch (station.kind) {
    case StationKind::kMetadata:
      return std::make_unique<MetadataStation>(station, clock, seed);
    case StationKind::kLatency:
      return std::make_unique<LatencyStation>(station, clock, seed);
    case StationKind::kRequests:
      return std::make_unique<RequestsStation>(station, clock);
    case StationKind::kDisk:
      return std::make_unique<DiskStation>(station, clock);
    case StationKind::kBandwidth:
      return make_bandwidth(station, clock);
    case StationKind::kCpu:
      return make_cpu(station, clock);
  }
  return nullptr;
}

bool is_contended(const Station& station) { return station.kind != StationKind::kLatency; }

bool sums_up(const Station& station) {
  return station.kind == StationKind::kCpu ||
         (station.kind == StationKind::kBandwidth && station.servers == 1);
}

}  // namespace aforo
