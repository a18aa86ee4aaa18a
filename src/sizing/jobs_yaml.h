// Files that say which jobs share a storage (jobs.yaml), and which may come (portfolio.yaml).
//
// Thread-safe. Failure: UserError "FILE:LINE: expected ..., found ...", unknown keys with the nearest known
// one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sizing/ask.h"

namespace aforo {

// `jobs:` a list of {workload, accelerators, accelerator_type, duty, dataset_size}; `capacity`, `growth` (per
// year), `years`, `snapshots`. A workload is a preset's name or a file, relative to the file that names it.
SizingAsk load_jobs(const std::string& path);
SizingAsk parse_jobs(std::string_view text, const std::string& file);

struct Scenario {
  std::string name;
  double weight = 0;  // all of a portfolio add up to 1
  SizingAsk ask;
};
struct Portfolio {
  std::string name;
  std::vector<Scenario> scenarios;  // at least one
};

// `scenarios:` a list of {name, weight, growth, capacity, years, snapshots} and either `jobs` or the keys of
// one job. Weights must add up to 100 %. A shipped portfolio's name, or a file.
Portfolio load_portfolio(const std::string& what);
Portfolio parse_portfolio(std::string_view text, const std::string& file);
std::vector<std::string> portfolio_names();

// The job reads `size` in every epoch: as many samples as that takes.
void set_dataset_size(Workload& workload, Bytes size);

}  // namespace aforo
