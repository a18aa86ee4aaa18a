// Private to the stations: the makers that make_server chooses from.
#pragma once

#include <memory>

#include "sim/stations.h"

namespace aforo {

// Both shared by processor sharing (stations_shared.cc); nothing random, so without a seed. `clock`
// outlives them.
std::unique_ptr<Server> make_bandwidth(const Station& station, VirtualClock& clock);
std::unique_ptr<Server> make_cpu(const Station& station, VirtualClock& clock);

}  // namespace aforo
