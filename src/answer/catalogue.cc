#include "answer/catalogue.h"
#include "answer/echo.h"

#include <fmt/format.h>

#include <algorithm>

#include "answer/catalogue_rows.h"
#include "answer/make_row.h"
#include "base/error.h"
#include "base/text.h"
#include "catalogue/prices.h"
#include "dataset/format.h"
#include "plan/requirement.h"
#include "workload/parse.h"

namespace aforo {
namespace {

constexpr Row kCatalogueRows[] = {
    word<&CatalogueAsk::topic>(
        "topic", "TOPIC", ValueKind::kText,
        "workloads, drives, nodes, nics, services, accelerators, hosts, rates, prices or price-history"),
    word<&CatalogueAsk::name>(
        "name", "NAME", ValueKind::kText,
        "one of them, in full; of hosts and rates also an accelerator, of prices also a group"),
};
constexpr AskTable kCatalogueTable{"catalogue", "TOPIC [NAME] [options]", kCatalogueRows};

// Bytes per second that one accelerator asks for at full utilisation.
BytesPerSecond demand(Workload workload) {
  workload.accelerator.count = 1;
  return requirement(workload, {}).read_full;
}

std::string kind_of(const Workload& workload) {
  for (const auto& row : workload.provenance)
    if (row.field == "accelerator.step_time") return row.kind;
  return "";
}

Json row_of(const std::string& name, const Workload& w) {
  Json row = {{"name", name},
              {"domain", w.domain},
              {"description", w.description},
              {"layout", to_string(w.dataset.layout)},
              {"accelerator", w.accelerator.type}};
  set_number(row, "sample_bytes", law_mean(w.dataset.sample_size));
  row["samples"] = w.dataset.samples;
  row["generates"] = can_generate(w.dataset);
  row["batch_size"] = w.loader.batch_size;
  set_number(row, "step_seconds", law_mean(w.accelerator.step_time));
  set_number(row, "demand_bytes_per_second", demand(w).value);
  row["kind"] = kind_of(w);
  Json sources = Json::array();
  for (const auto& p : w.provenance)
    sources.push_back({{"field", p.field}, {"kind", p.kind}, {"source", p.source}, {"date", p.date}});
  row["provenance"] = sources;
  return row;
}

// What a row of the list does not hold: the job in full, and what else lays samples of its sizes.
void add_detail(Json& row, const Workload& w) {
  row["yaml"] = to_yaml(w);
  if (can_generate(w.dataset)) return;
  const bool container = traits_of(w.dataset.layout).sizing_only;
  row["not_generated"] = container ? to_string(w.dataset.layout) : to_string(w.dataset.content);
  row["generated_with"] =
      container ? fmt::format("--layout {} --content raw", to_string(made_alike(w.dataset, w.loader)))
                : "--content raw";
}

void check_topic(const std::string& topic) {
  std::vector<std::string> topics{"workloads"};
  for (std::string& one : catalogue_topics()) topics.push_back(std::move(one));
  if (std::find(topics.begin(), topics.end(), topic) != topics.end()) return;
  throw UserError(fmt::format("expected 'aforo catalogue' and one of {}, found {}{}", join(topics, ", "),
                              topic.empty() ? "no topic" : "'" + topic + "'",
                              topic.empty() ? "" : did_you_mean(topic, topics)));
}

void check_workload(const std::string& name) {
  const auto names = preset_names();
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  throw UserError(
      fmt::format("expected the name of a shipped workload, found '{}'{}; see 'aforo catalogue workloads'",
                  name, suggest_preset(name)));
}

void add_workloads(Answer& out, const std::string& only) {
  if (!only.empty()) check_workload(only);
  const auto names = only.empty() ? preset_names() : std::vector<std::string>{only};
  Json& rows = out.record["workloads"] = Json::array();
  for (const auto& name : names) {
    Workload workload = load_preset(name);
    rows.push_back(row_of(name, workload));
    if (only.empty()) continue;
    for (const auto& warning : workload.warnings) out.record["warnings"].push_back(warning);
    workload.warnings.clear();
    add_detail(rows.back(), workload);
  }
}

}  // namespace

const AskTable& CatalogueAsk::table() const { return kCatalogueTable; }

Answer answer(const CatalogueAsk& ask, const Context& context) {
  refuse_contradictions(ask);
  check_topic(*ask.topic);
  Answer out;
  out.record = new_record("catalogue", context.started, Json::object());
  out.record["topic"] = *ask.topic;
  if (*ask.topic == "workloads") {
    add_workloads(out, *ask.name);
  } else {
    out.record[catalogue_key(*ask.topic)] = catalogue_rows(*ask.topic, *ask.name);
    out.record["price_dates"] = PriceBook::shipped().dates();
  }
  add_echo(out.record, ask, context);
  return out;
}

}  // namespace aforo
