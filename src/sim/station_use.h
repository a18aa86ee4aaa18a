// SimStation: what one station did while it was simulated. The way out of a simulation, so it is told in the
// terms of the storage file, not of the servers that carried it out.
#pragma once

#include <string>

#include "base/units.h"

namespace aforo {

// Over the whole simulated time. Of a station that every host has for itself: the busiest host's.
struct SimStation {
  std::string name;           // as in storage.yaml; of curves: the tier's
  double utilisation = 0;     // share of time busy, [0, 1]; of several servers, of all they could do
  double mean_in_flight = 0;  // operations there, waiting or served
  PerSecond rate{0};          // operations (or requests) per second
  Seconds residence{0};       // mean time of one visit; by Little's law mean_in_flight / rate
};

}  // namespace aforo
