// Files that say which jobs share a storage (jobs.yaml), and which may come (portfolio.yaml).
//
// Every file is read and every workload in it loaded before anything is returned. Thread-safe.
// Failure: UserError "FILE:LINE: expected ..., found ...", unknown keys with the nearest known one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sizing/sizing_ask.h"

namespace aforo {

// A preset's epoch has no fewer steps than this: the storage benchmark's own rule (MLPerf
// Storage) for how much data so many accelerators read, and an epoch of a few steps is
// judged by its start alone.
inline constexpr std::uint64_t kFewestSteps = 500;

// `jobs:` a list of {workload, accelerators, accelerator_type, duty, dataset_size}; `capacity`,
// `growth` (per year), `years`, `snapshots`. A workload is a preset's name or a file, relative to
// the file that names it. A preset without a dataset_size gets a lengthened epoch, as far as
// `capacity` holds it, and a warning.
SizingAsk load_jobs(const std::string& path);
// The same of a text; `file` names it in messages, and is what relative paths are relative to.
SizingAsk parse_jobs(std::string_view text, const std::string& file);

// One thing that may come, and how likely.
struct Scenario {
  std::string name;
  double weight = 0;  // all of a portfolio add up to 1
  SizingAsk ask;
};
// What may come, of which one will. No two need differ in anything.
struct Portfolio {
  std::string name;
  std::vector<Scenario> scenarios;  // at least one
};

// `scenarios:` a list of {name, weight, growth, capacity, years, snapshots} and either `jobs` or
// the keys of one job. Weights must add up to 100 %, within half a percent, and are then made to.
// `what` is a shipped portfolio's name, or a file.
Portfolio load_portfolio(const std::string& what);
Portfolio parse_portfolio(std::string_view text, const std::string& file);
// Those that the binary carries (data/portfolios), sorted.
std::vector<std::string> portfolio_names();

// The job reads `size` in every epoch: as many whole samples of the mean size as that
// takes. UserError below one.
void set_dataset_size(Workload& workload, Bytes size);

// Of a job of the storage benchmark as many samples as kFewestSteps take, where there are fewer: returns the sentence that says so;
// "" where nothing was changed.
std::string lengthen_epoch(Workload& workload);

}  // namespace aforo
