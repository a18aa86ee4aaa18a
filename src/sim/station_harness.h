// For tests of single stations: customers that think, then visit, and so on, in virtual time.
#pragma once

#include <vector>

#include "pipeline/task.h"
#include "sim/stations.h"
#include "sim/visit.h"

namespace aforo {

class StationHarness {
 public:
  VirtualClock clock;

  // Adds a station to the way; returns its server.
  Server& add(std::unique_ptr<Server> server) {
    groups_.push_back(std::make_unique<ServerGroup>());
    groups_.back()->members.push_back(std::move(server));
    route_.push_back({groups_.back().get(), 0});
    return *groups_.back()->members[0];
  }
  Server& add(const Station& station, std::uint64_t seed = 1) {
    return add(make_server(station, clock, seed));
  }

  // One customer that comes at `at` with `part`; the time it leaves is written to `left`.
  // `way` is its class where the station has several.
  void send(Seconds at, const OperationPart& part, double& left, std::uint32_t way = 0) {
    while (routes_.size() <= way) routes_.push_back(std::make_unique<Route>());
    *routes_[way] = route_;
    for (RouteStep& step : *routes_[way]) step.way = way;
    spawn(once(at, part, left, *routes_[way]));
  }

  // A customer that goes round until the clock stands at `until`, with exponential thinking of mean `think`
  // (0 = none) and parts whose size is exponential around `bytes` if `random`.
  void circulate(Seconds until, const OperationPart& part, double think, bool random) {
    spawn(round(until, part, think, random, Random(++customers_)));
  }

  void run() {
    while (clock.step()) {
    }
  }
  void run_until(Seconds until) {
    while (clock.now() < until && clock.step()) {
    }
  }
  std::uint64_t rounds = 0;

 private:
  class PartVisit final : public Visit {
   public:
    PartVisit(const Route& route, const OperationPart& part) : Visit(0) { take(route, part); }
    void await_resume() const noexcept {}

   private:
    bool next() override { return false; }
  };
  struct Pause {
    VirtualClock& clock;
    Seconds until;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const { clock.at(until, handle, 0); }
    void await_resume() const noexcept {}
  };

  Task<> once(Seconds at, OperationPart part, double& left, const Route& route) {
    co_await Pause{clock, at};
    co_await PartVisit(route, part);
    left = clock.now().value;
  }
  Task<> round(Seconds until, OperationPart part, double think, bool random, Random numbers) {
    while (clock.now() < until) {
      if (think > 0) co_await Pause{clock, clock.now() + Seconds{think * numbers.exponential()}};
      OperationPart now = part;
      if (random) now.bytes *= numbers.exponential();
      co_await PartVisit(route_, now);
      ++rounds;
    }
  }

  std::vector<std::unique_ptr<ServerGroup>> groups_;
  Route route_;
  std::vector<std::unique_ptr<Route>> routes_;
  std::uint64_t customers_ = 0;
};

}  // namespace aforo
