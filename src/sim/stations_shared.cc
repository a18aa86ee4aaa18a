// Stations that are shared by processor sharing: curves, bandwidth, CPU.
#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "base/random.h"
#include "sim/shared_server.h"
#include "sim/stations.h"
#include "sim/stations_made.h"

namespace aforo {
namespace {

// Seconds for which cores may put off what is taken of them elsewhere. Chosen: some turns of
// a scheduler, and short beside a step.
constexpr double kSlack = 0.02;
constexpr double kCommonPeriod = 0.1;  // seconds for which a common factor holds (model/storage_spec.h)

// The load-dependent station. Each of n operations in flight of class c progresses at X_c(n) / n, so that a
// class alone has the throughput X_c(n) that was measured.
class CurvePool final : public SharedServer {
 public:
  CurvePool(VirtualClock& clock, std::uint64_t seed) : SharedServer(clock, 0), seed_(seed) {}

  std::uint32_t add(std::shared_ptr<const OperationCurve> curve, const std::optional<WriteShare>& writers) {
    varies_ = varies_ || curve->common(1) > 0 || curve->common(curve->largest_measured()) > 0;
    const bool jitters = curve->jitter_cv(1) > 0 || curve->jitter_cv(curve->largest_measured()) > 0;
    writes_ = writes_ || writers.has_value();
    ways_.push_back({std::move(curve), jitters, writers.has_value(), writers.value_or(WriteShare{})});
    add_class();
    return static_cast<std::uint32_t>(ways_.size() - 1);
  }
  const OperationCurve& curve(std::uint32_t way) const { return *ways_[way].curve; }
  bool jitters(std::uint32_t way) const { return ways_[way].jitters; }

 private:
  double rate_each(std::uint32_t klass, std::uint64_t n) const override {
    const Load load = load_of(klass, n);
    const double rate = curve(klass).rate(load.all).value / load.all * load.kept;
    return varies_ ? rate * factor(curve(klass).common(load.all)) : rate;
  }
  double busy_share(std::uint32_t klass, std::uint64_t of_class, std::uint64_t n) const override {
    const double all = load_of(klass, n).all;
    return static_cast<double>(of_class) / all * curve(klass).rate(all).value /
           curve(klass).best_rate().value;
  }

  // What is in flight, in operations of one class, and what working side by side leaves of its rate.
  struct Load {
    double all = 0, kept = 1;
  };
  Load load_of(std::uint32_t klass, std::uint64_t n) const {
    if (!writes_) return {static_cast<double>(n), 1};
    double all = 0, kept = 1;
    for (std::uint32_t i = 0; i < ways_.size(); ++i) {
      const std::uint64_t of_class = in_class(i);
      all += static_cast<double>(of_class) * ways_[i].share.weight;
      if (ways_[i].is_write && of_class > 0 && of_class < n) kept = ways_[i].share.kept;
    }
    return {all / ways_[klass].share.weight, kept};
  }
  Seconds next_change() const override {
    return Seconds{varies_ ? static_cast<double>(period() + 1) * kCommonPeriod : kNever};
  }
  std::uint64_t period() const {  // a little ahead, so that the boundary itself belongs to what comes
    return static_cast<std::uint64_t>(now().value / kCommonPeriod + 1e-6);
  }
  // Lognormal with mean 1: one draw per period, the same for all classes but for its width.
  double factor(double cv) const {
    if (cv <= 0) return 1;
    if (drawn_for_ != period()) {
      drawn_for_ = period();
      normal_ = Random(mix64(seed_, drawn_for_)).normal();
    }
    const double variance = std::log1p(cv * cv);
    return std::exp(normal_ * std::sqrt(variance) - variance / 2);
  }

  struct Way {
    std::shared_ptr<const OperationCurve> curve;
    bool jitters, is_write;
    WriteShare share;  // of readers: one each, and all
  };
  FrameVector<Way> ways_;
  bool writes_ = false;
  std::uint64_t seed_;
  bool varies_ = false;
  mutable std::uint64_t drawn_for_ = ~std::uint64_t{0};
  mutable double normal_ = 0;
};

class CurveStation final : public CurveServer {
 public:
  CurveStation(VirtualClock& clock, std::uint64_t seed) : pool_(clock, mix64(seed, 1)), random_(seed) {}

  std::uint32_t add(std::shared_ptr<const OperationCurve> curve) override {
    return pool_.add(std::move(curve), std::nullopt);
  }
  std::uint32_t add_writers(std::shared_ptr<const OperationCurve> curve, const WriteShare& share) override {
    return pool_.add(std::move(curve), share);
  }
  double demand(const OperationPart& part, std::uint32_t way) override {
    return work(part, way) * jitter(part, way);
  }
  double demand_of(const OperationPart& part, std::uint32_t way, std::uint64_t times) override {
    const double each = work(part, way);
    if (!pool_.jitters(way)) return each * static_cast<double>(times);
    double sum = 0;
    for (std::uint64_t i = 0; i < times; ++i) sum += jitter(part, way);
    return each * sum;
  }
  void hold(Visit& visit, double work, FileId, std::uint32_t way, double operations) override {
    pool_.enter(visit, work, way, operations);
  }
  ServerUse use() override { return pool_.use(); }

 private:
  double work(const OperationPart& part, std::uint32_t way) const {
    const OperationCurve& curve = pool_.curve(way);
    if (part.fetched >= 0) return part.fetched / curve.size();
    return (part.begins ? 1 - curve.size_share() : 0) + curve.size_share() * part.bytes / curve.size();
  }
  // With the part itself among those in flight.
  double jitter(const OperationPart& part, std::uint32_t way) {
    if (!pool_.jitters(way) || part.fetched >= 0)
      return 1;  // what is fetched ahead is many operations: their mean
    const double u = part.u >= 0 ? part.u : random_.uniform();
    return pool_.curve(way).jitter(static_cast<double>(pool_.in_flight() + 1), u);
  }

  CurvePool pool_;
  Random random_;
};

// One pipe. With a bucket: while tokens last it is faster, and they drain by the difference.
class Pipe final : public SharedServer {
 public:
  Pipe(VirtualClock& clock, const Station& spec)
      : SharedServer(clock, 1),
        rate_(spec.bandwidth.value),
        burst_rate_(std::max(spec.burst_bandwidth.value, rate_)),
        capacity_(burst_rate_ > rate_ ? static_cast<double>(spec.burst.value) : 0),
        tokens_(capacity_) {}

 private:
  bool bursting() const { return tokens_ > 0; }
  double rate() const { return bursting() ? burst_rate_ : rate_; }
  double rate_each(std::uint32_t, std::uint64_t n) const override { return rate() / static_cast<double>(n); }
  double busy_share(std::uint32_t, std::uint64_t, std::uint64_t) const override { return 1; }
  void pass(Seconds from, Seconds to, std::uint64_t n) override {
    if (capacity_ <= 0) return;
    const double took = (to - from).value;
    if (n == 0)
      tokens_ = std::min(capacity_, tokens_ + rate_ * took);
    else if (bursting())
      tokens_ -= (burst_rate_ - rate_) * took;
    if (tokens_ < (burst_rate_ - rate_) * resolution(to.value)) tokens_ = 0;
  }
  Seconds next_change() const override {
    return Seconds{bursting() ? now().value + tokens_ / (burst_rate_ - rate_) : kNever};
  }

  const double rate_, burst_rate_, capacity_;
  double tokens_;
};

// `servers` pipes; a file lies on one of them. Work is bytes.
class BandwidthStation final : public Server {
 public:
  BandwidthStation(VirtualClock& clock, const Station& spec) {
    for (std::uint32_t i = 0; i < spec.servers; ++i) pipes_.push_back(std::make_unique<Pipe>(clock, spec));
  }
  double demand(const OperationPart& part, std::uint32_t) override { return part.bytes; }
  double demand_of(const OperationPart& part, std::uint32_t, std::uint64_t times) override {
    return part.bytes * static_cast<double>(times);
  }
  void hold(Visit& visit, double work, FileId file, std::uint32_t, double operations) override {
    pipes_[place_of(file, static_cast<std::uint32_t>(pipes_.size()))]->enter(visit, work, 0, operations);
  }
  ServerUse use() override {
    ServerUse sum;
    for (auto& pipe : pipes_) {
      const ServerUse one = pipe->use();
      sum.busy += one.busy / static_cast<double>(pipes_.size());
      sum.in_flight += one.in_flight;
      sum.operations += one.operations;
    }
    return sum;
  }

 private:
  std::vector<std::unique_ptr<Pipe>> pipes_;
};

// Cores shared by all that want them, at most one each. Where a share is taken elsewhere, as a token bucket:
// all of them while there is slack, what is left of them after that.
class Cores final : public SharedServer {
 public:
  Cores(VirtualClock& clock, std::uint32_t cores, double taken)
      : SharedServer(clock, 1),
        cores_(cores),
        left_(cores * (1 - taken)),
        most_slack_(kSlack * (cores_ - left_)),
        slack_(most_slack_) {}

 private:
  double working() const { return slack_ > 0 ? cores_ : left_; }
  double rate_each(std::uint32_t, std::uint64_t n) const override {
    return std::min(1.0, working() / static_cast<double>(n));
  }
  double busy_share(std::uint32_t, std::uint64_t, std::uint64_t n) const override {
    return std::min(1.0, static_cast<double>(n) / left_);
  }
  // Of the slack, in seconds of a core, with `n` that want one.
  double drain(std::uint64_t n) const { return std::min(static_cast<double>(n), working()) - left_; }
  void pass(Seconds from, Seconds to, std::uint64_t n) override {
    if (most_slack_ <= 0) return;
    const double drained = drain(n);
    slack_ = std::min(slack_ - drained * (to - from).value, most_slack_);
    if (slack_ < std::max(drained, 0.0) * resolution(to.value)) slack_ = 0;
  }
  Seconds next_change() const override {
    const double drained = drain(in_flight());
    return Seconds{slack_ > 0 && drained > 0 ? now().value + slack_ / drained : kNever};
  }

  const double cores_, left_, most_slack_;
  double slack_;
};

// Work is seconds of a core.
class CpuStation final : public Server {
 public:
  CpuStation(VirtualClock& clock, const Station& spec)
      : cores_(clock, spec.servers, spec.taken),
        per_operation_(spec.per_operation.value),
        per_byte_(spec.per_byte.value) {}
  double demand(const OperationPart& part, std::uint32_t) override {
    return part.waits() * per_operation_ + per_byte_ * part.bytes;
  }
  double demand_of(const OperationPart& part, std::uint32_t way, std::uint64_t times) override {
    return demand(part, way) * static_cast<double>(times);
  }
  void hold(Visit& visit, double work, FileId, std::uint32_t, double operations) override {
    cores_.enter(visit, work, 0, operations);
  }
  ServerUse use() override { return cores_.use(); }

 private:
  Cores cores_;
  const double per_operation_, per_byte_;
};

}  // namespace

std::unique_ptr<CurveServer> make_curve_server(VirtualClock& clock, std::uint64_t seed) {
  return std::make_unique<CurveStation>(clock, seed);
}
std::unique_ptr<Server> make_bandwidth(const Station& station, VirtualClock& clock) {
  return std::make_unique<BandwidthStation>(clock, station);
}
std::unique_ptr<Server> make_cpu(const Station& station, VirtualClock& clock) {
  return std::make_unique<CpuStation>(clock, station);
}

}  // namespace aforo
