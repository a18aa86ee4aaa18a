// What a run's Record says of an object store, in a line each for the first screen. Pure; empty where the Record says nothing of it.
#pragma once

#include <string>

#include "measure/record.h"

namespace aforo {

// "1 a sample over 8 connections; 12 sent again, 10 of them throttled; first byte after 12 ms on average".
std::string asked_over_network(const Json& record);
// "$0.51 of requests an epoch at aws-s3-standard; $12.40 more where its bytes leave that cloud".
std::string store_cost(const Json& record);
// Of a store that is read through a cache on this host's disk.
std::string from_local_cache(const Json& record);

}  // namespace aforo
