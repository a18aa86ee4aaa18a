#include "plan/known_layout.h"

#include <fmt/format.h>

namespace aforo {

Workload in_known_layout(Workload workload) {
  DatasetSpec& data = workload.dataset;
  const LayoutTraits& own = traits_of(data.layout);
  if (!own.sizing_only) return workload;
  data.layout = first_layout([&](const LayoutTraits& t) {
    return !t.sizing_only && t.packed == own.packed && t.reading == own.reading;
  });
  if (traits_of(data.layout).one_size)
    data.sample_size = {.kind = LawKind::kConstant, .mean = law_mean(data.sample_size)};
  return workload;
}

Workload in_known_layout(Workload workload, std::vector<std::string>& notes) {
  const LayoutKind own = workload.dataset.layout;
  Workload out = in_known_layout(std::move(workload));
  if (out.dataset.layout != own)
    notes.push_back(fmt::format("{} is simulated as {}, which is read in the same way", traits_of(own).title,
                                traits_of(out.dataset.layout).title));
  return out;
}

}  // namespace aforo
