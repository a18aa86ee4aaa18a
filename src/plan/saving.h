// What the checkpoints of a job cost it on a storage that says what writing takes (model/storage_spec.h, WriteCurve).
//
//   synchronous    every T of training stands still for P, until the checkpoint is whole: AU x T / (T + P)
//   asynchronous   every T stands still for the copy C; the checkpoint is written in W beside the reads, and training
//                  goes at rho of its pace meanwhile: AU x T / (C + T + (1 - rho) W); where that is over before it is
//                  written, the next one waits for it: AU x T / (C + W + T - rho W)
//
// P and W are simulated (sim/simulate_saving.h), W slower by what reads take of storage; rho is what the same prediction
// says of storage whose reads are slower by what writes take (model/write_mix.h).
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "plan/prediction.h"

namespace aforo {

// Nineteen in twenty checkpoints that were measured took between whole / (1 + this) and whole x (1 + this), or what half of the
// write curve's spread says where that is more: written alone (loaders refill meanwhile), and beside training. Of training's
// pace meanwhile: from so much of what was predicted to half of the way to full pace. Calibrated on the 40 pairs of seed 730514
// (docs/accuracy-checkpoints.md), which therefore say nothing of it; of 41 drawn later 93 % lay inside that of AU.
inline constexpr double kSavingSpread = 0.5, kBesideSpread = 1, kPaceLow = 0.75, kPaceHigh = 0.5;

// What the job writes at its checkpoints, as a run does. Absent where it writes none. Throws UserError where its parallelism does not fit its accelerators.
std::optional<CheckpointPlan> planned_checkpoints(const Workload& workload);

// `alone`: of the same job without checkpoints; its AU, rates and intervals become those with them, and `saving` says why.
// Where the storage file says nothing of such writing, a note says so and nothing else changes. `again` predicts the job on
// a changed storage. Throws Interrupted, and what simulating does.
void add_saving(Prediction& alone, const PredictOptions& options, const Layout& layout,
                const std::function<double(const StorageSpec&)>& again, const std::stop_token& stop);

// The formula above, T, P or W and C > 0 or 0 in seconds, rho in (0, 1]. Pure.
double au_share_beside(Seconds every, Seconds copy, Seconds writing, double rho);

}  // namespace aforo
