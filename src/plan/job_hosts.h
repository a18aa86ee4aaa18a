// How many hosts a job's accelerators stand in. Pure.
#pragma once

#include <cmath>
#include <cstdint>

namespace aforo {

// `per_host` of them in each, the last may have fewer; 0 = all in one.
inline double job_hosts(std::uint32_t accelerators, std::uint32_t per_host) {
  return per_host == 0 ? 1 : std::ceil(static_cast<double>(accelerators) / per_host);
}

}  // namespace aforo
