#include "serve/offers.h"

#include "answer/catalogue.h"
#include "report/view.h"
#include "workload/parse.h"

namespace aforo {

Json offers() {
  Json out = {{"presets", Json::array()}, {"accelerator_types", Json::array()}};
  for (const std::string& name : preset_names()) {
    const Workload job = load_preset(name);
    Json one = {{"name", name},
                {"summary", job.description},
                {"domain", job.domain},
                {"accelerators", job.accelerator.count},
                {"accelerator_type", job.accelerator.type}};
    set_number(one, "dataset_bytes",
               static_cast<double>(job.dataset.samples) * law_mean(job.dataset.sample_size));
    one["au_target"] = job.training.au_target;
    out["presets"].push_back(std::move(one));
  }
  CatalogueAsk ask;
  ask.topic = "accelerators";
  const Answer found = answer(ask, {});
  for (const Json* accelerator : entries(found.record, {"accelerators"}))
    if (std::string type = word(*accelerator, {"name"}); !type.empty())
      out["accelerator_types"].push_back(type);
  return out;
}

}  // namespace aforo
