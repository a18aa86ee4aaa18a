// What a Record says of each host, and which of them the others wait for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "measure/record.h"
#include "train/host_part.h"

namespace aforo {

// Sets `hosts`, one entry for each part, and `slow_host` and `slow_rank` where one keeps all others waiting, with a warning
// that says by how much and why; `missing` names hosts that gave nothing. Keys as in docs/record.md.
//
// A host is slow where its ranks are ready later in a step than the median of the other hosts, by kSlow of a step at
// least: ready is load wait plus compute. It is its storage path where most of that is waiting for data, and the host
// itself where most is lateness or compute that took longer, or its CPU was used up.
inline constexpr double kSlowHost = 0.05;  // chosen: what AU tells from noise
void add_hosts(Json& record, const std::vector<HostPart>& parts, const std::vector<std::string>& missing,
               const JobPlan& plan);

}  // namespace aforo
