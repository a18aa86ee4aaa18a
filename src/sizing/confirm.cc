// The best designs again, as the job itself in virtual time.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "plan/predict.h"
#include "sizing/design_storage.h"
#include "sizing/size.h"

namespace aforo {
namespace {

constexpr std::uint64_t kMostSamples = 250'000;  // of one replication
constexpr std::uint64_t kFewestSteps = 12;
constexpr unsigned kReplications = 4;

PredictOptions options_for(const Design& design, const Need& need, std::size_t job, const SizingAsk& ask,
                           unsigned threads) {
  PredictOptions out;
  out.workload = as_read(need.jobs[job], design).workload;
  out.storage = storage_of(design);
  out.method = PredictMethod::kSimulate;
  out.ranks_per_host = ask.accelerators_per_host;
  out.replications = kReplications;
  out.threads = threads;
  out.most_samples = kMostSamples;
  out.fewest_steps = kFewestSteps;
  for (std::size_t i = 0; i < need.jobs.size(); ++i)
    if (i != job) out.beside.push_back(as_read(need.jobs[i], design).workload);
  return out;
}

}  // namespace

Judgement confirm(const Design& design, const Need& need, const SizingAsk& ask, unsigned threads,
                  std::stop_token stop) {
  Judgement out = judge(design, need, ask.accelerators_per_host);
  out.reason.clear();
  out.check.clear();
  out.reach = 1;
  if (out.served.size() != need.jobs.size()) return judge(design, need, ask.accelerators_per_host);
  for (std::size_t i = 0; i < need.jobs.size(); ++i) {
    const Prediction found = predict(options_for(design, need, i, ask, threads), stop);
    Served& served = out.served[i];
    served.au = found.au;
    served.low = found.au_low;
    served.high = found.au_high;
    served.limit = found.limit;
    const double target = need.jobs[i].requirement.target;
    if (found.au_high >= target || found.au / target >= out.reach) continue;
    out.check = "simulation";
    out.reach = found.au / target;
    out.reason =
        fmt::format("simulation: '{}' reaches {} ({} to {}) where {} are wanted, limited by {}",
                    need.jobs[i].workload.name, format_percent(found.au), format_percent(found.au_low),
                    format_percent(found.au_high), format_percent(target), found.limit);
  }
  return out;
}

}  // namespace aforo
