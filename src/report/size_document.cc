#include "report/size_document.h"

#include "base/text.h"
#include "base/units.h"
#include "report/common_sections.h"
#include "report/figure.h"
#include "report/record_facts.h"
#include "report/size_choices.h"
#include "report/size_designs.h"
#include "report/size_first.h"
#include "report/view.h"

namespace aforo {
namespace {

const Json* explanation_of(const Json& record, const std::string& key) {
  for (const Json* one : entries(record, {"explain"}))
    if (word(*one, {"key"}) == key) return one;
  return nullptr;
}

// The words and reasons that the Record has for a figure; its own number where one is given.
ExplainedValue explained(const Json& why, std::string label, Value value) {
  if (std::string said = word(why, {"label"}); !said.empty()) label = std::move(said);
  if (std::string said = word(why, {"text"}); !said.empty()) value.text = std::move(said);
  return {std::move(label), std::move(value), word(why, {"formula"}), word(why, {"inputs"}),
          word(why, {"source"})};
}

void add_requirement(Document& doc, const Json& record) {
  const Json* requirement = at(record, {"requirement"});
  if (requirement == nullptr || !requirement->is_object()) return;
  Explained figures;
  for (const auto& [key, value] : requirement->items()) {
    if (!value.is_number()) continue;
    const Json* why = explanation_of(record, key);
    figures.values.push_back(explained(why == nullptr ? Json::object() : *why, figure_label(key),
                                       figure_value(key, value.get<double>())));
  }
  doc.section("Requirement");
  doc.append(std::move(figures));
}

// The first design's figures, as those of the requirement.
void add_design_explained(Document& doc, const Json& record) {
  Explained figures;
  for (const Json* one : entries(record, {"design_explain"}))
    figures.values.push_back(explained(*one, "", {}));
  doc.section("The first one's figures");
  doc.append(std::move(figures));
}

void add_jobs(Document& doc, const Json& record) {
  Table table{{{"job", false, Tone::kStrong},
               {"accelerators", true},
               {"type"},
               {"duty", true},
               {"reads", true},
               {"opens/s", true},
               {"dataset", true}}};
  for (const Json* job : entries(record, {"jobs"}))
    table.rows.push_back({word(*job, {"workload"}), count_at(*job, {"accelerators"}),
                          word(*job, {"accelerator_type"}), percent_at(*job, {"duty"}),
                          rate_at(*job, {"requirement", "read_bytes_per_second"}),
                          per_second_at(*job, {"requirement", "opens_per_second"}),
                          bytes_at(*job, {"requirement", "dataset_bytes"})});
  if (table.rows.empty()) return;
  doc.section("Jobs");
  doc.append(std::move(table));
}

void add_prices(Document& doc, const Json& record) {
  const std::string dates = word(record, {"prices", "dates"});
  if (dates.empty()) return;
  const auto estimated = words(record, {"prices", "estimated"});
  doc.section("Prices");
  doc.append(
      Text{dates + (estimated.empty() ? "" : "; estimates: " + join(estimated, ", ")), Tone::kPlain, 1});
  if (const auto old = words(record, {"prices", "old"}); !old.empty())
    doc.append(Text{"older than a year: " + join(old, ", "), Tone::kPlain, 1});
  doc.append(Text{
      "'aforo catalogue prices' has all with source and date; --prices, --price and --price-change set them.",
      Tone::kFaint, 1});
}

// What was asked for beside the answer stands on either page.
void add_asked(Document& doc, const Json& record) {
  add_formats(doc, record);
  add_size_sweep(doc, record);
  add_growth_steps(doc, record);
}

}  // namespace

Document size_document(const Json& record, PageExtent extent) {
  const bool whole = extent == PageExtent::kAll, first = whole || !asks_for_all(record);
  Document doc;
  doc.title = title_of("size", record);
  if (first) add_first_screen(doc, record, extent);
  if (first && !whole) {
    add_asked(doc, record);
    return doc;
  }
  if (const auto target = au_target(record))
    doc.subtitle = {"what storage must give to keep them busy " + format_percent(*target) + " of the time"};
  doc.section("Recommendation");
  for (const std::string& sentence : words(record, {"recommendation"}))
    doc.append(Text{sentence, Tone::kStrong, 1});
  add_portfolio(doc, record);
  add_designs(doc, record);
  add_design_explained(doc, record);
  add_bill(doc, record);
  add_rejected(doc, record);
  add_turns(doc, record);
  add_size_advice(doc, record);
  add_horizon(doc, record);
  add_asked(doc, record);
  add_jobs(doc, record);
  add_requirement(doc, record);
  add_requirement_curve(doc, record);
  add_prices(doc, record);
  add_warnings(doc, record);
  return doc;
}

}  // namespace aforo
