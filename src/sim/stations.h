// Every kind of station of a StorageSpec as a Server in virtual time.
#pragma once

#include <memory>
#include <string>

#include "model/curve.h"
#include "model/storage_spec.h"
#include "sim/clock.h"
#include "sim/server.h"

namespace aforo {

// `seed` decides everything random there.
std::unique_ptr<Server> make_server(const Station& station, VirtualClock& clock, std::uint64_t seed);

// Whether operations wait there for each other.
bool is_contended(const Station& station);

// Whether one operation of the summed work is the same to everybody as many, one after another: processor
// sharing with one pipe.
bool sums_up(const Station& station);

// A pure delay: work is seconds.
std::unique_ptr<Server> make_delay(VirtualClock& clock);

// The curves of one tier: a load-dependent station, processor sharing among all operations in flight. Each
// way into it is a class of operations with a curve of its own.
class CurveServer : public Server {
 public:
  // Returns the `way` of that class. Before the first visit.
  virtual std::uint32_t add(std::shared_ptr<const OperationCurve> curve) = 0;
};
std::unique_ptr<CurveServer> make_curve_server(VirtualClock& clock, std::uint64_t seed);

}  // namespace aforo
