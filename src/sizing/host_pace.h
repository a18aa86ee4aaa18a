// How fast the cores of accelerator hosts, and the loader's workers, let a job run: before any storage.
//
// A sample is decoded, cropped and made a tensor on a host (loader.preprocess). Where its cores do not
// suffice, no storage keeps the accelerators busy, and a storage sized for their full speed would be bought
// for nothing: the job is then sized for what the hosts prepare, and says so. Formulas: docs/sizing.md
// section 4. Pure, thread-safe.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "catalogue/catalogue.h"
#include "model/storage_spec.h"
#include "plan/closed_predict.h"
#include "plan/requirement.h"
#include "sizing/sizing_ask.h"

namespace aforo {

// What an accelerator host spends on reading, the same for all designs so that they compare (estimates): an
// open, read and close, and a byte.
inline constexpr Seconds kFileCpu{20e-6}, kFileCpuPerByte{0.1e-9};
// Cores that every accelerator's own process keeps busy, beside its loader. Chosen: it spins on the device.
inline constexpr std::uint32_t kTrainingCores = 1;

// What the cores of a host with so many of `accelerators` as the ask puts into one, or that the ask says it has, have
// left for reading and preparing: at least one. More of them than the catalogue's host has stand in several of it.
std::uint32_t loading_cores(const AcceleratorHost& host, std::uint32_t accelerators, const SizingAsk& ask);

// A host's cores as a station, which an operation and its bytes keep busy.
Station host_cores(std::string name, std::uint32_t cores, Seconds per_operation, Seconds per_byte);

// How a job would run on a storage that answers at once, by the closed form: what is lost there, to the first batches
// of epochs or to readers that wait for a core, no storage mends.
ClosedPrediction on_ideal_storage(const Workload& workload, std::uint32_t cores,
                                  std::uint32_t accelerators_per_host);

// What keeps a job from its accelerators' speed before storage does.
struct HostPace {
  // The largest utilisation that the host's cores and the loader's workers allow, (0, 1]; 1: they do not
  // limit.
  double pace = 1;
  // The job on_ideal_storage.
  ClosedPrediction ideal{};
  double cores_wanted = 0;  // per host, at full speed: preparing samples and reading them
  std::uint32_t cores = 0;  // that it has for that, of the best hosts that the ask allows
  bool workers = false;     // it is the loader's workers that are too few
  // What to do about it, a sentence; empty with pace 1.
  std::string note;
  // Where they do, what the job reaches on that, (0, pace]; else 1.
  double reach() const { return pace < 1 ? std::min(pace, ideal.au) : 1; }
  // What limits where storage does not: "the hosts' CPU"; empty with pace 1.
  std::string_view limit() const {
    return pace >= 1 ? "" : workers ? "the loader's workers" : "the hosts' CPU";
  }
};
// `requirement` is the job's at any target.
HostPace host_pace(const Workload& workload, const Requirement& requirement, const SizingAsk& ask,
                   const Catalogue& catalogue);

}  // namespace aforo
