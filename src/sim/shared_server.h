// SharedServer: processor sharing with a rate that depends on how many share it.
//
// Every class c of operations has a virtual time V_c that runs at the rate each of its operations is served,
// r_c(n), n being the operations of all classes: an operation of work w that comes at V_c leaves when V_c has
// grown by w. So an arrival or a departure costs O(log n), whatever happens to the rates (virtual time: Zhang
// 1990; Parekh, Gallager 1993). One event is pending per server: an arrival that delays the next departure
// leaves it where it is, and when it fires too early it is set anew.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "sim/clock.h"
#include "sim/dary_heap.h"
#include "sim/visit.h"

namespace aforo {

class SharedServer : public SimEvent {
 public:
  std::uint64_t in_flight() const { return count_; }

  // `work` > 0 in the unit of the rates times seconds.
  void enter(Visit& visit, double work, std::uint32_t klass, double operations);
  ServerUse use();
  void fire() final;

 protected:
  SharedServer(VirtualClock& clock, std::size_t classes) : clock_(clock), classes_(classes) {}
  ~SharedServer() = default;

  void add_class() { classes_.emplace_back(); }
  Seconds now() const { return clock_.now(); }

  // Rate at which each of `n` >= 1 operations in flight is served, if of class `klass`.
  virtual double rate_each(std::uint32_t klass, std::uint64_t n) const = 0;
  // The share of all it could do that it does with `n` operations in flight, `of_class` of them of class
  // `klass`.
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
    double leaves;  // at that virtual time of its class
    Visit* visit;
    static bool before(const Customer& a, const Customer& b) { return a.leaves < b.leaves; }
  };
  struct Class {
    double virtual_time = 0;
    double rate = 0;
    DaryHeap<Customer> customers;
  };

  void advance();
  void set_rates();
  void arm();
  void release_due(Class& of);

  VirtualClock& clock_;
  std::vector<Class> classes_;
  std::uint64_t count_ = 0;
  double last_ = 0;
  double armed_ = kNever;
  bool firing_ = false;
  double busy_now_ = 0;
  ServerUse use_;
};

}  // namespace aforo
