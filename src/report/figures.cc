#include "report/figures.h"

#include "report/predict_figures.h"
#include "report/run_figures.h"
#include "report/size_figures.h"
#include "report/view.h"

namespace aforo {

std::vector<Section> figures_of(const Json& record, std::span<const NamedRecord> others) {
  Document doc;
  const std::string command = word(record, {"command"});
  if (command == "predict")
    add_predict_figures(doc, record, others);
  else if (command == "probe")
    add_probe_figures(doc, record);
  else if (command == "size")
    add_size_figures(doc, record);
  else if (command == "run" && at(record, {"ramp"}) != nullptr)
    add_find_max_figures(doc, record);
  else if (command == "run")
    add_run_figures(doc, record);
  std::erase_if(doc.sections, [](const Section& section) { return section.blocks.empty(); });
  return std::move(doc.sections);
}

}  // namespace aforo
