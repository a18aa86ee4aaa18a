// SharedServer: processor sharing with a rate that depends on how many share it.
//
// Every class c of operations has a virtual time V_c that runs at the rate each of its operations is served,
// r_c(n), n being the operations of all classes: an operation of work w that comes at V_c leaves when V_c has
// grown by w. So an arrival or a departure costs O(log n), whatever happens to the rates (virtual time: Zhang
// 1990; Parekh, Gallager 1993). One event is pending per server: an arrival that delays the next departure
// leaves it where it is, and when it fires too early it is set anew.
//
// One class of capacity 1, so r(n) = 1 / n, and two operations of work 1 that come at 0 s and 0.5
// s:
//
//   time   0     0.5   1.5   2.0
//   V      0     0.5   1.0   1.5
//   n      1     2     1     0     the first leaves at V = 1, the second at V = 1.5
#pragma once

#include <cstdint>
#include <limits>

#include "sim/clock.h"
#include "sim/dary_heap.h"
#include "sim/visit.h"

namespace aforo {

// What a kind of station adds is its rates (rate_each) and, where they change by themselves, when
// (next_change) and how (pass). Between two events all rates are constant: this is what makes the
// virtual times exact, not a small time step.
//
// Those that leave at the same time go together: rates are set once, after the last of them.
class SharedServer : public SimEvent {
 public:
  std::uint64_t in_flight() const { return count_; }

  // `work` > 0 in the unit of the rates times seconds.
  // O(log n), and at most one more event. `operations` may be 0: bytes of an operation that has
  // begun before.
  void enter(Visit& visit, double work, std::uint32_t klass, double operations);
  // Up to now, in-flight ones as far as they have come.
  ServerUse use();
  // The next departure or change of rates may be due.
  void fire() final;

 protected:
  SharedServer(VirtualClock& clock, std::size_t classes) : clock_(clock), classes_(classes) {}
  ~SharedServer() = default;

  // Classes are numbered from 0 on. Before the first visit.
  void add_class() { classes_.emplace_back(); }
  // Operations of that class in flight.
  std::uint64_t in_class(std::uint32_t klass) const { return classes_[klass].customers.size(); }
  Seconds now() const { return clock_.now(); }

  // Rate at which each of `n` >= 1 operations in flight is served, if of class `klass`; in_class() says of which they are.
  // > 0. Asked again after every arrival, departure and change.
  virtual double rate_each(std::uint32_t klass, std::uint64_t n) const = 0;
  // The share of all it could do that it does with `n` operations in flight, `of_class` of them of class
  // `klass`.
  // [0, 1] summed over classes.
  virtual double busy_share(std::uint32_t klass, std::uint64_t of_class, std::uint64_t n) const = 0;
  // Time went by with `n` in flight since the last call; n = 0 too.
  virtual void pass(Seconds /*from*/, Seconds /*to*/, std::uint64_t /*n*/) {}
  // When rates change by themselves, while something is in flight.
  virtual Seconds next_change() const { return Seconds{kNever}; }
  static constexpr double kNever = std::numeric_limits<double>::infinity();
  // Seconds: times nearer than this are one. What rounding leaves of a change that is due.
  static double resolution(double now) { return 1e-13 + now * 1e-15; }

 private:
  struct Customer {
    // At that virtual time of its class.
    double leaves;
    Visit* visit;
    static bool before(const Customer& a, const Customer& b) { return a.leaves < b.leaves; }
  };
  // Virtual time begins anew at 0 when the class is empty, so that it does not lose digits over a
  // long simulation.
  struct Class {
    double virtual_time = 0;
    double rate = 0;
    DaryHeap<Customer> customers;
  };

  void fetch_behind(int stage) const final;
  // Brings sums and virtual times from last_ to now. Before anything changes.
  void advance();
  // For the number that is in flight now. After anything changed.
  void set_rates();
  // Sets the event for the next departure or change, if that is earlier than the one that is
  // pending.
  void arm();
  void release_due(Class& of);

  VirtualClock& clock_;
  FrameVector<Class> classes_;
  std::uint64_t count_ = 0;
  double last_ = 0;
  // When the event is pending for; kNever = none that counts. One that fires at another time is
  // outdated.
  double armed_ = kNever;
  // Who leaves next, as far as is known: for fetch_behind alone.
  const Visit* leaving_ = nullptr;
  // Customers are being let go: one that enters meanwhile does not set rates.
  bool firing_ = false;
  // Share of all it could do, since last_.
  double busy_now_ = 0;
  ServerUse use_;
};

}  // namespace aforo
