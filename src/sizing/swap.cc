#include "sizing/swap.h"

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
  refuse(w, wanted, rated, catalogue);
}

Workload at_rates(Workload w, std::string_view set, const Catalogue& catalogue) {
  const std::string rated = rated_workload(w, catalogue);
  const Accelerator* own = catalogue.find_accelerator(w.accelerator.type);
  const IngestRate* rate = own == nullptr ? nullptr : rate_of(catalogue, rated, own->type, set);
  if (rate == nullptr)
    throw UserError(
        fmt::format("expected a {} rate for '{}' on {}, found none; see 'aforo catalogue rates', or give "
                    "--step-time",
                    set, w.name, w.accelerator.type.empty() ? "no named accelerator" : w.accelerator.type));
  set_step(w, static_cast<double>(w.loader.batch_size) / rate->samples.value,
           fmt::format("batch / {} samples/s, {} rate of {}; {}", format_count(rate->samples.value), set,
                       rated, rate->fact.source),
           rate->fact);
  return w;
}

}  // namespace aforo
