// SimStation: what one station did while it was simulated. The way out of a simulation, so it is told in the
// terms of the storage file, not of the servers that carried it out.
#pragma once

#include <string>

#include "base/units.h"

namespace aforo {

// Over the whole simulated time. Of a station that every host has for itself: the busiest host's.
// The station with the highest utilisation is what limits throughput, where it is near 1; where
// none is, jobs wait for latency or for nothing.
struct SimStation {
  // As in storage.yaml; of curves the tier's, with " (cached)" for reads that a host's memory
  // answers.
  std::string name;
  // Share of time busy, [0, 1]; of several servers, of all that they could do. Of a pure delay 0:
  // nobody waits there for others.
  double utilisation = 0;
  // Operations there, waiting or served.
  double mean_in_flight = 0;
  // Operations (or requests, where the station counts these) per second.
  PerSecond rate{0};
  // Mean time of one visit, waiting included; by Little's law mean_in_flight / rate.
  Seconds residence{0};
};

}  // namespace aforo
