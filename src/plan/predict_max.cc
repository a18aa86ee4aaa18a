#include "plan/predict_max.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "measure/bracket.h"

namespace aforo {
namespace {

// Of AU: one replication decides beyond that. Chosen: further off it decides as all of them would, at a
// fifth of the time; nearer, all are asked.
constexpr double kClear = 0.04;
constexpr std::uint32_t kMost = 1u << 20;  // accelerators; chosen: beyond any cluster there is

class MaxSearch {
 public:
  MaxSearch(const PredictOptions& options, std::uint32_t limit, PredictedMax& out, std::stop_token stop)
      : options_(options), limit_(limit), out_(out), stop_(std::move(stop)) {}

  // The largest number whose `end` of the prediction is at or above the target.
  Bracket largest(double Prediction::*end) {
    const Question ask = [&](std::uint32_t n) {
      const Prediction* p = known(n);
      if (p == nullptr) return TargetAnswer::kNone;
      return p->*end >= target() ? TargetAnswer::kHolds : TargetAnswer::kMisses;
    };
    Bracket bracket = ramp(ask, limit_);
    if (bracket.high) bisect(ask, bracket);
    return bracket;
  }

  Prediction in_full(std::uint32_t n) const {
    PredictOptions options = options_;
    options.workload.accelerator.count = n;
    return predict(options, stop_);
  }

 private:
  double target() const { return options_.workload.training.au_target; }

  // Null where a job that large cannot be set up.
  const Prediction* known(std::uint32_t n) {
    if (const auto found = out_.tries.find(n); found != out_.tries.end()) return &found->second;
    try {
      return &out_.tries.emplace(n, tried(n)).first->second;
    } catch (const UserError& error) {
      if (out_.tries.empty()) throw;
      out_.refusal = error.what();
      return nullptr;
    }
  }

  Prediction tried(std::uint32_t n) const {
    PredictOptions quick = options_;
    quick.workload.accelerator.count = n;
    quick.replications = 1;
    quick.spread = false;
    Prediction p = predict(quick, stop_);
    if (p.method == PredictMethod::kClosed) return in_full(n);
    // AU moves with the rates at most.
    const double clear = std::max(kClear, kClear / 2 + std::hypot(p.spread / 2, p.model_error));
    if (std::abs(p.au - target()) < clear) return in_full(n);
    p.au_low = std::max(0.0, p.au - clear);
    p.au_high = std::min(1.0, p.au + clear);
    return p;
  }

  const PredictOptions& options_;
  std::uint32_t limit_;
  PredictedMax& out_;
  std::stop_token stop_;
};

// More accelerators than this would read a sample twice within one step.
std::uint32_t limit_of(const PredictOptions& options, std::uint32_t most) {
  const std::uint64_t samples = options.layout ? options.layout->samples() : options.workload.dataset.samples;
  const std::uint64_t whole = std::max<std::uint64_t>(samples / options.workload.loader.batch_size, 1);
  const auto dataset = static_cast<std::uint32_t>(std::min<std::uint64_t>(whole, kMost));
  return most ? std::min(most, dataset) : dataset;
}

}  // namespace

PredictedMax predict_max(const PredictOptions& options, std::uint32_t most, std::stop_token stop) {
  PredictedMax out;
  out.limit = limit_of(options, most);
  MaxSearch search(options, out.limit, out, std::move(stop));
  const Bracket middle = search.largest(&Prediction::au);
  out.accelerators = middle.low;
  out.at_limit = middle.high == 0;
  out.low = std::min(search.largest(&Prediction::au_low).low, out.accelerators);
  out.high = std::max(search.largest(&Prediction::au_high).low, out.accelerators);
  out.answer = search.in_full(std::max(out.accelerators, 1u));
  if (middle.high) out.answer.verdict = search.in_full(middle.high).verdict;
  return out;
}

}  // namespace aforo
