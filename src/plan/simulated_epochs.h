// From the epochs that were simulated to those of the job in full: steps that were cut off are added again, at
// the pace of steps that have left the start behind. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "measure/au.h"
#include "pipeline/job.h"
#include "sim/simulate.h"

namespace aforo {

// `epochs` as if each had `steps` steps rather than as many as it has: those added go at `steady_au`, [0, 1].
// Epochs of as many steps or more stay as they are.
std::vector<std::vector<RankEpoch>> extended(std::vector<std::vector<RankEpoch>> epochs, std::uint64_t steps,
                                             double steady_au);

// One epoch goes on at the steady state of its steps. Where a cache makes epochs differ each goes on at its
// own: what a cold one was slowed by is no part of a warm one.
std::vector<std::vector<RankEpoch>> in_full(std::vector<std::vector<RankEpoch>> epochs, bool synchronous,
                                            std::uint64_t steps, double steady_au);

// All ranks of each epoch stand still for so much longer.
void add_pauses(std::vector<std::vector<RankEpoch>>& epochs, Seconds pauses);

// What steps that are added go at. Where few were simulated, the first, which waits for the epoch's start, is too
// large a part
// to stand for others; where hits change along an epoch, so do those after the first window.
double steady_au(const SimJobResult& job, const JobPlan& plan);

}  // namespace aforo
