// Every kind of station of a StorageSpec as a Server in virtual time.
#pragma once

#include <memory>
#include <string>

#include "model/curve.h"
#include "model/storage_spec.h"
#include "model/write_mix.h"
#include "sim/clock.h"
#include "sim/server.h"

namespace aforo {

// `seed` decides everything random there.
//
//   kind        discipline                      unit of work
//   metadata    order of arrival, n servers     seconds, exponential around 1 / rate; only what opens
//   latency     none: nobody waits              seconds, drawn per request
//   requests    order of arrival, one server    requests
//   disk        order of arrival, by file       seconds: seek per chunk, then bytes / bandwidth
//   bandwidth   processor sharing, by file      bytes; with a token bucket where bursts are given
//   cpu         processor sharing of cores      seconds of a core
//
// `clock` outlives it. The station was judged when it was parsed: no failure.
std::unique_ptr<Server> make_server(const Station& station, VirtualClock& clock, std::uint64_t seed);

// Whether operations wait there for each other.
// False for pure delays alone.
bool is_contended(const Station& station);

// Whether one operation of the summed work is the same to everybody as many, one after another: processor
// sharing with one pipe.
// An operation that leaves such a station and enters it again at once gets the same share as one
// that never left, so a worker's reads in a row take the time of their sum. In order of arrival it
// would go to the end of the queue each time: there they do not sum up.
bool sums_up(const Station& station);

// A pure delay: work is seconds.
// demand() is 0: the work is given by who visits (WorkVisit).
std::unique_ptr<Server> make_delay(VirtualClock& clock);

// The curves of one tier: a load-dependent station, processor sharing among all operations in flight. Each
// way into it is a class of operations with a curve of its own.
// With n operations in flight, whatever their classes, one of class c progresses at X_c(n) / n:
// alone, a class has the throughput that was measured at that concurrency. That classes share n is
// an assumption, not a measurement; writers are a class of which each counts for more or less than one of n, as was
// measured (model/write_mix.h). Work is operations: 1 is one of the curve's size, and a smaller
// or larger part is more or less of one by the share of its cost that goes with size.
class CurveServer : public Server {
 public:
  // Returns the `way` of that class. Before the first visit.
  virtual std::uint32_t add(std::shared_ptr<const OperationCurve> curve) = 0;
  // The same for writers, of which there is one such class at most.
  virtual std::uint32_t add_writers(std::shared_ptr<const OperationCurve> curve, const WriteShare& share) = 0;
};
// `seed`: of the jitter, and of the common factor that holds for 0.1 s at a time.
std::unique_ptr<CurveServer> make_curve_server(VirtualClock& clock, std::uint64_t seed);

}  // namespace aforo
