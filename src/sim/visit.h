// Visit: a customer on its way through servers. It lies in the frame of the coroutine that waits for it, so a
// read costs no allocation and no coroutine of its own, however many servers it passes.
//
// Who owns what: the coroutine its visit; SimStorage groups, servers and routes; the clock and the
// servers hold visits by address only.
#pragma once

#include <array>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/clock.h"
#include "sim/server.h"

namespace aforo {

using HostId = std::uint32_t;

// One station of a storage system: one server for all, or one per client host.
// Outlives all routes through it.
struct ServerGroup {
  std::string name;
  bool per_host = false;
  std::vector<std::unique_ptr<Server>> members;  // one, or one per host
  Server& of(HostId host) const { return *members[per_host ? host : 0]; }
};

// A station on a way, and the class of operations that goes through it.
struct RouteStep {
  ServerGroup* group = nullptr;
  // What Server::demand is told: of curves the class, else 0.
  std::uint32_t way = 0;
};
using Route = std::vector<RouteStep>;

// A visit walks: at each step of its route it asks the server for the work, passes where there is
// none, and otherwise is held until the server lets it go on. At the route's end next() may prepare
// another. Derived classes say what is asked for and what comes out (await_resume).
//
// It is made in the co_await expression and dies when that ends: it must not be copied or moved
// once it is awaited, as servers and the clock hold its address. Where no server holds it, the
// coroutine goes on without suspending, at the same instant.
class Visit : public SimEvent {
 public:
  static constexpr std::size_t kMostSummed = 8;

  // Awaitable: suspends unless the way is free.
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> handle) {
    handle_ = handle;
    return !walk();
  }

  // Called by the server that held it.
  // On the clock's call stack, never on the coroutine's own. The visit must not be touched after
  // it.
  void go_on() {
    if (walk()) handle_.resume();  // which ends this object
  }
  void fire() final { go_on(); }  // a delay is over

 protected:
  explicit Visit(HostId host) : host_(host) {}
  ~Visit() = default;

  // Prepares what comes after the route just walked; false = nothing.
  // Calls take() or take_summed() and returns true, or leaves it.
  virtual bool next() = 0;

  // `route` outlives the visit; `part` is copied.
  void take(const Route& route, const OperationPart& part) {
    route_ = &route;
    std::construct_at(&asked_.part, part);
    position_ = 0;
    summed_ = false;
  }

  // The route's works given beforehand, one for each of its steps (at most kMostSummed), for `operations`
  // together.
  void take_summed(const Route& route, const std::array<double, kMostSummed>& works, double operations) {
    route_ = &route;
    std::construct_at(&asked_.works, works);
    operations_ = operations;
    position_ = 0;
    summed_ = true;
  }

  HostId host() const { return host_; }

 private:
  // True when the way has ended, false when a server holds it.
  // Work that is 0, negative or NaN passes.
  bool walk() {
    do {
      while (position_ < route_->size()) {
        const std::size_t here = position_++;
        const RouteStep& step = (*route_)[here];
        Server& server = step.group->of(host_);
        const double work = summed_ ? asked_.works[here] : server.demand(asked_.part, step.way);
        if (!(work > 0)) continue;
        if (summed_)  // at one server whatever the file, or at none
          server.hold(*this, work, 0, step.way, operations_);
        else
          server.hold(*this, work, asked_.part.file, step.way, asked_.part.begins ? 1 : 0);
        return false;
      }
    } while (next());
    return true;
  }

  std::coroutine_handle<> handle_;
  // So that a visit to which nothing was given ends at once.
  static inline const Route kNowhere{};
  const Route* route_ = &kNowhere;
  double operations_ = 1;
  HostId host_;
  std::uint32_t position_ = 0;
  bool summed_ = false;  // which of these
  union Asked {
    OperationPart part{};
    std::array<double, kMostSummed> works;
  } asked_;
};

// A given amount of work at each step of a route.
// As the loader's own CPU work: the time is drawn by the job, not by the station.
class WorkVisit final : public Visit {
 public:
  WorkVisit(HostId host, const Route& route, double work) : Visit(host) {
    std::array<double, kMostSummed> works;
    works.fill(work);
    take_summed(route, works, 1);
  }
  void await_resume() const noexcept {}

 private:
  bool next() override { return false; }
};

}  // namespace aforo
