// aforo catalogue: what is shipped, with source, date and kind of every constant.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "catalogue/prices.h"
#include "cli/acts.h"
#include "cli/catalogue_rows.h"
#include "cli/common.h"
#include "dataset/format.h"
#include "workload/parse.h"

namespace aforo {
namespace {

// Bytes per second that one accelerator asks for at full utilisation.
BytesPerSecond demand(const Workload& w) {
  return {static_cast<double>(w.loader.batch_size) * law_mean(w.dataset.sample_size) /
          law_mean(w.accelerator.step_time)};
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

// Whether 'aforo generate' lays it as it is.
std::string laying(const DatasetSpec& spec) {
  if (can_generate(spec)) return "'aforo generate' lays this dataset as it is.\n";
  const bool container = spec.layout == LayoutKind::kHdf5 || spec.layout == LayoutKind::kParquet;
  return fmt::format(
      "'aforo generate' does not make {} samples; with {} it lays samples of the same sizes.\n",
      container ? to_string(spec.layout) : to_string(spec.content),
      container ? "--layout tfrecord --content raw" : "--content raw");
}

std::string detail(const std::string& name, const Workload& w) {
  std::string out = fmt::format("{}: {}\n\n{}\n", name, w.description, to_yaml(w));
  out += fmt::format("One accelerator reads {} at full utilisation.\n", format_rate(demand(w)));
  out += laying(w.dataset);
  if (!w.provenance.empty()) out += "\nWhere the constants come from:\n";
  for (const auto& p : w.provenance)
    out += fmt::format("  {}: {}, {} ({})\n", p.field, p.kind, p.source, p.date);
  for (const auto& warning : w.warnings) out += fmt::format("  warning: {}\n", warning);
  return out;
}

void check_topic(const std::vector<std::string>& words) {
  std::vector<std::string> topics{"workloads"};
  for (std::string& topic : catalogue_topics()) topics.push_back(std::move(topic));
  if (!words.empty() && std::find(topics.begin(), topics.end(), words[0]) != topics.end()) return;
  throw UserError(fmt::format("expected 'aforo catalogue' and one of {}, found {}{}", join(topics, ", "),
                              words.empty() ? "no topic" : "'" + words[0] + "'",
                              words.empty() ? "" : did_you_mean(words[0], topics)));
}

void check_workload(const std::string& name) {
  const auto names = preset_names();
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  throw UserError(
      fmt::format("expected the name of a shipped workload, found '{}'{}; see 'aforo catalogue workloads'",
                  name, suggest_preset(name)));
}

void show_workloads(const std::string& only, Json& record, Results& results) {
  if (!only.empty()) check_workload(only);
  const auto names = only.empty() ? preset_names() : std::vector<std::string>{only};
  record["workloads"] = Json::array();
  for (const auto& name : names) record["workloads"].push_back(row_of(name, load_preset(name)));
  if (only.empty())
    results.deliver(record);
  else
    results.deliver(record, detail(only, load_preset(only)));
}

}  // namespace

int act_catalogue(const Arguments& arguments, Console& console) {
  const auto& words = arguments.positionals();
  check_topic(words);
  const std::string name = words.size() > 1 ? words[1] : "";
  Results results(arguments, console);
  Json record = new_record("catalogue", started_now(), Json::object());
  record["topic"] = words[0];
  if (words[0] == "workloads") {
    show_workloads(name, record, results);
    return kDone;
  }
  record[catalogue_key(words[0])] = catalogue_rows(words[0], name);
  record["price_dates"] = PriceBook::shipped().dates();
  results.deliver(record);
  return kDone;
}

}  // namespace aforo
