#include "cli/sized_jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "base/text.h"
#include "cli/common.h"
#include "plan/requirement.h"
#include "sizing/design.h"
#include "sizing/jobs_yaml.h"
#include "sizing/other_accelerator.h"
#include "workload/parse.h"

namespace aforo {
namespace {

bool is_preset(const std::string& word) {
  const auto names = preset_names();
  return std::find(names.begin(), names.end(), word) != names.end();
}

// The preset that W means once --accelerator-type is known: "unet3d" + b200, or "unet3d_h100" + b200 ->
// "unet3d_b200".
std::string preset_for(const std::string& word, const std::string& type) {
  if (is_preset(word + "_" + type)) return word + "_" + type;
  const auto cut = word.rfind('_');
  if (is_preset(word) && cut != std::string::npos && is_preset(word.substr(0, cut) + "_" + type))
    return word.substr(0, cut) + "_" + type;
  return word;
}

// Step time belongs to one accelerator: the preset of another one, or the catalogue's rates.
Workload workload_for_type(const Arguments& arguments, std::string& preset) {
  const auto type = arguments.text("accelerator-type");
  const bool named = !arguments.given("dlio") && !arguments.positionals().empty();
  preset = named ? arguments.positionals().front() : "";
  if (!type) return workload_of(arguments);
  const std::string wanted = Catalogue::shipped().accelerator(*type).type;
  if (named) preset = preset_for(preset, wanted);
  Workload out = workload_of(arguments, preset);
  if (arguments.given("step-time")) out.accelerator.type = wanted;
  return on_accelerator(out, wanted, arguments.text("rates").value_or(""), Catalogue::shipped());
}

// The dataset of a preset is a public one: who asks for a capacity with it has data of his own.
void fit_dataset(const Arguments& arguments, const std::string& preset, SizingAsk& ask,
                 std::vector<std::string>& notes) {
  Workload& workload = ask.jobs.front().workload;
  if (const auto size = arguments.bytes("dataset-size")) return set_dataset_size(workload, *size);
  const auto overrides = arguments.overrides();
  const bool own = !is_preset(preset) || arguments.given("dataset") ||
                   std::any_of(overrides.begin(), overrides.end(),
                               [](const std::string& o) { return o.starts_with("dataset.samples="); });
  if (own) return;
  if (!ask.capacity) {
    if (std::string note = lengthen_epoch(workload); !note.empty()) notes.push_back(std::move(note));
    return;
  }
  RequirementAsk alone;
  const Requirement r = requirement(workload, alone);
  if (*ask.capacity <= r.capacity) return;
  const Bytes data = *ask.capacity - (r.capacity - r.dataset);
  set_dataset_size(workload, data);
  notes.push_back(
      fmt::format("'{}' is taken to train on all that is held, {} an epoch; --dataset-size says otherwise",
                  workload.name, bytes_decimal(data)));
}

void refuse_job_options(const Arguments& arguments) {
  if (!arguments.positionals().empty())
    throw UserError(fmt::format("expected W or --jobs, found both ('{}'); leave one out",
                                arguments.positionals().front()));
  for (const char* name : {"accelerators", "accelerator-type", "dataset-size", "duty", "dlio", "dataset",
                           "rates", "step-time", "batch-size", "workers", "prefetch"})
    if (arguments.given(name))
      throw UserError(
          fmt::format("expected --{} inside the file of --jobs, found it on the command line; set it "
                      "there, per job",
                      name));
}

std::string family_of(const std::string& word) {
  std::vector<std::string> names;
  for (const Family family : kFamilies) names.emplace_back(to_string(family));
  if (std::find(names.begin(), names.end(), word) != names.end()) return word;
  for (const std::string& name : names)
    if (to_lower(name) == to_lower(word)) return name;
  throw UserError(fmt::format("--family: expected one of {}, found '{}'{}", join(names, ", "), word,
                              did_you_mean(word, names)));
}

std::string provider_of(const std::string& word) {
  std::vector<std::string> names;
  for (const CloudService& s : Catalogue::shipped().services())
    if (std::find(names.begin(), names.end(), s.provider) == names.end()) names.push_back(s.provider);
  const std::string lower = to_lower(word);
  if (std::find(names.begin(), names.end(), lower) != names.end()) return lower;
  throw UserError(fmt::format("--provider: expected one of {}, found '{}'{}", join(names, ", "), word,
                              did_you_mean(word, names)));
}

}  // namespace

void apply_common(const Arguments& arguments, SizingAsk& ask) {
  const std::string where = *arguments.text("where");
  ask.place = where == "cloud" ? Place::kCloud : where == "on-premises" ? Place::kOnPremises : Place::kAny;
  if (const auto provider = arguments.text("provider")) ask.provider = provider_of(*provider);
  if (const auto family = arguments.text("family")) ask.family = family_of(*family);
  ask.accelerators_per_host =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(arguments.count("per-host"), 1u << 20));
  ask.failures = arguments.seconds("failure-every");
  ask.accelerator_hour = arguments.dollars_per_hour("accelerator-price");
  if (const auto target = arguments.fraction("target"))
    for (SizedJob& job : ask.jobs) job.workload.training.au_target = *target;
  if (arguments.given("epochs")) {
    ask.epochs = 0;
    for (SizedJob& job : ask.jobs)
      job.workload.training.epochs = static_cast<std::uint32_t>(arguments.count("epochs"));
  }
}

SizingAsk sizing_ask(const Arguments& arguments, std::vector<std::string>& notes) {
  SizingAsk ask;
  if (const auto file = arguments.text("jobs")) {
    refuse_job_options(arguments);
    ask = load_jobs(*file);
  } else {
    std::string preset;
    Workload workload = workload_for_type(arguments, preset);
    if (const auto set = arguments.text("rates"); set && !arguments.given("accelerator-type"))
      workload = at_rates(workload, *set, Catalogue::shipped());
    ask.jobs.push_back({std::move(workload), *arguments.fraction("duty")});
    ask.capacity = arguments.bytes("capacity");
    fit_dataset(arguments, preset, ask, notes);
  }
  if (arguments.given("capacity")) ask.capacity = arguments.bytes("capacity");
  if (arguments.given("growth")) ask.growth = *arguments.growth("growth");
  if (arguments.given("years")) ask.years = static_cast<double>(arguments.count("years"));
  if (arguments.given("snapshots")) ask.snapshots = *arguments.growth("snapshots");
  apply_common(arguments, ask);
  return ask;
}

PriceBook price_book(const Arguments& arguments) {
  PriceBook book = PriceBook::shipped();
  if (const auto file = arguments.text("prices")) {
    std::ifstream in(*file, std::ios::binary);
    if (!in)
      throw UserError(fmt::format("expected a price file that can be read, found none at '{}'", *file));
    std::ostringstream text;
    text << in.rdbuf();
    book.apply_file(text.str(), *file);
  }
  for (const std::string& assignment : arguments.all("price")) book.set(assignment);
  for (const std::string& assignment : arguments.all("price-change")) book.change(assignment);
  return book;
}

}  // namespace aforo
