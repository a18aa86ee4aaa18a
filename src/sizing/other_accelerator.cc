#include "sizing/other_accelerator.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace aforo {
namespace {

const IngestRate* rate_of(const Catalogue& catalogue, std::string_view workload, std::string_view accelerator,
                          std::string_view set) {
  for (const IngestRate& rate : catalogue.rates())
    if (rate.workload == workload && rate.accelerator == accelerator && rate.set == set) return &rate;
  return nullptr;
}

void set_step(Workload& w, double seconds, const std::string& source, const Fact& fact) {
  const double factor = seconds / std::max(law_mean(w.accelerator.step_time), 1e-300);
  Law& law = w.accelerator.step_time;
  const bool spread = law_cv(law) > 0;
  if (!spread) law = Law{.kind = LawKind::kConstant, .mean = seconds};
  for (double* part : {&law.mean, &law.stddev, &law.minimum, &law.maximum})
    if (spread) *part *= factor;
  for (double& quantile : law.quantiles) quantile *= factor;
  std::erase_if(w.provenance, [](const Provenance& p) { return p.field == "accelerator.step_time"; });
  w.provenance.push_back({"accelerator.step_time", std::string(to_string(fact.kind)), source, fact.date});
}

// How many times as fast one type is as another, over the workloads that a set has of both.
struct Speedup {
  double median = 0, least = 0, most = 0;
  std::size_t workloads = 0;
};

constexpr std::size_t kFewestWorkloads = 3;  // chosen: fewer tell neither a median nor a spread

Speedup speedup(const Catalogue& catalogue, std::string_view from, std::string_view to,
                std::string_view set) {
  std::vector<double> ratios;
  for (const IngestRate& rate : catalogue.rates()) {
    if (rate.accelerator != to || rate.set != set) continue;
    const IngestRate* other = rate_of(catalogue, rate.workload, from, set);
    if (other != nullptr) ratios.push_back(rate.samples / other->samples);
  }
  if (ratios.empty()) return {};
  std::sort(ratios.begin(), ratios.end());
  const std::size_t half = ratios.size() / 2;
  const double median = ratios.size() % 2 == 1 ? ratios[half] : (ratios[half - 1] + ratios[half]) / 2;
  return {median, ratios.front(), ratios.back(), ratios.size()};
}

// What other workloads gain by the change, where nothing is known of this one: an
// estimate, and said to be one.
bool set_usual_step(Workload& w, const Accelerator* own, const std::string& wanted, std::string_view set,
                    const Catalogue& catalogue) {
  const double step = law_mean(w.accelerator.step_time);
  if (own == nullptr || step <= 0) return false;
  const std::string_view of = set.empty() ? "training" : set;
  const Speedup gain = speedup(catalogue, own->type, wanted, of);
  if (gain.workloads < kFewestWorkloads) return false;
  const std::string how =
      fmt::format("that of {} / {:.3g}, the median of {} workloads' {} rates (from {:.2g} to {:.2g})",
                  own->type, gain.median, gain.workloads, of, gain.least, gain.most);
  set_step(w, step / gain.median, how, Fact{FactKind::kEstimated, "", own->fact.date});
  w.warnings.push_back(
      fmt::format("no rate of '{}' on {} is known: its step time is estimated as {}; "
                  "--step-time sets it",
                  w.name, wanted, how));
  w.accelerator.type = wanted;
  return true;
}

[[noreturn]] void refuse(const Workload& w, std::string_view type, const std::string& rated,
                         const Catalogue& catalogue) {
  std::set<std::string> known;
  for (const IngestRate& rate : catalogue.rates())
    if (rate.workload == rated) known.insert(rate.accelerator);
  const std::vector<std::string> list(known.begin(), known.end());
  throw UserError(fmt::format(
      "expected a step time for {} in workload '{}', found one for {} only; give --step-time{}", type, w.name,
      w.accelerator.type.empty() ? "no named accelerator" : w.accelerator.type,
      list.empty()
          ? ""
          : fmt::format(", or choose among {} ('aforo catalogue rates {}')", join(list, ", "), rated)));
}

}  // namespace

std::string rated_workload(const Workload& workload, const Catalogue& catalogue) {
  std::string best;
  for (const IngestRate& rate : catalogue.rates())
    if (rate.workload.size() > best.size() && workload.name.find(rate.workload) != std::string::npos)
      best = rate.workload;
  return best;
}

Workload on_accelerator(Workload w, std::string_view type, std::string_view set, const Catalogue& catalogue) {
  const std::string wanted = catalogue.accelerator(type).type;
  const Accelerator* own = catalogue.find_accelerator(w.accelerator.type);
  if (own != nullptr && own->type == wanted) return w;
  const std::string rated = rated_workload(w, catalogue);
  for (const std::string_view each : {std::string_view("training"), std::string_view("benchmark")}) {
    if (rated.empty() || (!set.empty() && set != each)) continue;
    const IngestRate* to = rate_of(catalogue, rated, wanted, each);
    if (to == nullptr) continue;
    const double batch = static_cast<double>(w.loader.batch_size);
    const IngestRate* from = own == nullptr ? nullptr : rate_of(catalogue, rated, own->type, each);
    if (from == nullptr && own != nullptr && law_mean(w.accelerator.step_time) > 0) continue;
    const double step = from == nullptr ? batch / to->samples.value
                                        : law_mean(w.accelerator.step_time) * (from->samples / to->samples);
    const std::string how =
        from == nullptr
            ? fmt::format("batch / {} samples/s, {} rate of {}; {}", format_count(to->samples.value), each,
                          rated, to->fact.source)
            : fmt::format("that of {} x {:.3g}, the {} rates of {} ({} and {} samples/s); {}", own->type,
                          from->samples / to->samples, each, rated, format_count(from->samples.value),
                          format_count(to->samples.value), to->fact.source);
    set_step(w, step, how, to->fact);
    w.accelerator.type = wanted;
    return w;
  }
  if (!set_usual_step(w, own, wanted, set, catalogue)) refuse(w, wanted, rated, catalogue);
  return w;
}

Workload at_rates(Workload w, std::string_view set, const Catalogue& catalogue) {
  const std::string rated = rated_workload(w, catalogue);
  const Accelerator* own = catalogue.find_accelerator(w.accelerator.type);
  const IngestRate* rate = own == nullptr ? nullptr : rate_of(catalogue, rated, own->type, set);
  if (rate == nullptr)
    throw UserError(
        fmt::format("expected a {} rate for '{}' on {}, found none; "
                    "see 'aforo catalogue rates', or give --step-time",
                    set, w.name, w.accelerator.type.empty() ? "no named accelerator" : w.accelerator.type));
  set_step(w, static_cast<double>(w.loader.batch_size) / rate->samples.value,
           fmt::format("batch / {} samples/s, {} rate of {}; {}", format_count(rate->samples.value), set,
                       rated, rate->fact.source),
           rate->fact);
  return w;
}

}  // namespace aforo
