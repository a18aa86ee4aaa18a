// From the options of `size` to jobs, their step times and datasets, and what may be bought.
#include <fmt/format.h>

#include <algorithm>

#include "answer/size.h"
#include "base/error.h"
#include "base/text.h"
#include "plan/requirement.h"
#include "sizing/accelerator_hour.h"
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
Workload workload_for_type(const SizeAsk& ask, std::string& preset) {
  preset = *ask.workload;
  if (!ask.accelerator_type.given()) return workload_of(ask);
  const std::string wanted = Catalogue::shipped().accelerator(*ask.accelerator_type).type;
  if (ask.workload.given()) preset = preset_for(preset, wanted);
  Workload out = workload_of(ask, preset);
  if (ask.step_time.given()) out.accelerator.type = wanted;
  return on_accelerator(out, wanted, ask.rates.said(), Catalogue::shipped());
}

// The dataset of a preset is a public one: who asks for a capacity with it has data of his own.
void fit_dataset(const SizeAsk& ask, const std::string& preset, SizingAsk& out,
                 std::vector<std::string>& notes) {
  Workload& workload = out.jobs.front().workload;
  if (ask.dataset_size.given()) return set_dataset_size(workload, *ask.dataset_size);
  const bool own =
      !is_preset(preset) || ask.dataset.given() || sets_field(overrides_of(ask), "dataset.samples");
  if (own) return;
  if (!out.capacity) {
    if (std::string note = lengthen_epoch(workload); !note.empty()) notes.push_back(std::move(note));
    return;
  }
  RequirementAsk alone;
  const Requirement r = requirement(workload, alone);
  if (*out.capacity <= r.capacity) return;
  const Bytes data = *out.capacity - (r.capacity - r.dataset);
  set_dataset_size(workload, data);
  notes.push_back(
      fmt::format("'{}' is taken to train on all that is held, {} an epoch; --dataset-size says otherwise",
                  workload.name, bytes_decimal(data)));
}

// An accelerator that is not in the catalogue has no price on any terms, and idles for free.
void check_terms(const Workload& workload, AcceleratorTerms terms) {
  const Accelerator* found = Catalogue::shipped().find_accelerator(workload.accelerator.type);
  if (found == nullptr || !accelerator_month(*found, terms).empty()) return;
  throw UserError(fmt::format(
      "--accelerator-terms: expected terms on which {} has a price, found '{}'; take on-demand, or "
      "give the price of an hour with --accelerator-price",
      workload.accelerator.type, to_string(terms)));
}

}  // namespace

namespace {

// What the hosts' page caches may be counted on for.
std::optional<Bytes> host_memory(const SizeAsk& ask, const SizingAsk& out) {
  if (ask.host_memory.given()) return *ask.host_memory;
  for (const SizedJob& job : out.jobs)
    if (job.workload.benchmark) return std::nullopt;
  return kMemoryPerAccelerator * out.accelerators_per_host;
}

}  // namespace

namespace {

// What would have no effect, or is no share.
void refuse_without_effect(const SizeAsk& ask) {
  if (*ask.cross_zone > 0 && *ask.where == Place::kOnPremises)
    throw UserError(
        "--cross-zone: expected designs in the cloud, found --where on-premises, which has no zones; leave it out");
  if (ask.accelerator_terms.given() && *ask.accelerator_terms == AcceleratorTerms::kOwned &&
      *ask.where == Place::kCloud)
    throw UserError(
        "--accelerator-terms: expected terms of the cloud (on-demand, spot, committed-1y, committed-3y), found owned "
        "beside --where cloud, where accelerators are rented");
  if (ask.target.given() && *ask.target >= 1)
    throw UserError(
        "--target: expected less than 100%, found 100%; no storage keeps accelerators busy all the time, 99.9% is the "
        "most to ask");
  if (ask.jobs.given() || ask.portfolio.given()) return;  // may say the other one
  if (*ask.growth > 0 && *ask.years == 0)
    throw UserError(
        "--growth: expected --years beside it, found none; give both, as in --growth 30% --years 3");
  if (*ask.years > 0 && *ask.growth <= 0)
    throw UserError(
        "--years: expected --growth beside it, found none; give both, as in --growth 30% --years 3");
}

}  // namespace

void apply_common(const SizeAsk& ask, SizingAsk& out) {
  refuse_without_effect(ask);
  out.place = *ask.where;
  if (ask.provider.given()) out.provider = *ask.provider;
  if (ask.family.given()) out.family = *ask.family;
  out.accelerators_per_host = static_cast<std::uint32_t>(*ask.per_host);
  out.host_memory = host_memory(ask, out);
  if (ask.host_cores.given()) out.host_cores = static_cast<std::uint32_t>(*ask.host_cores);
  out.failures = ask.failure_every.if_given();
  out.accelerator_hour = ask.accelerator_price.if_given();
  out.accelerator_terms = ask.accelerator_terms.if_given();
  out.extras = {static_cast<std::uint32_t>(*ask.copies), ask.backup.if_given(), *ask.cross_zone};
  out.sites = static_cast<std::uint32_t>(*ask.sites);
  if (ask.target.given())
    for (SizedJob& job : out.jobs) job.workload.training.au_target = *ask.target;
  if (ask.project_months.given()) out.project_months = static_cast<double>(*ask.project_months);
  if (ask.epochs.given()) {
    out.project_months.reset();
    for (SizedJob& job : out.jobs) job.workload.training.epochs = static_cast<std::uint32_t>(*ask.epochs);
  }
  if (out.accelerator_terms)
    for (const SizedJob& job : out.jobs) check_terms(job.workload, *out.accelerator_terms);
}

SizingAsk sizing_ask(const SizeAsk& ask, std::vector<std::string>& notes) {
  SizingAsk out;
  if (ask.jobs.given()) {
    out = load_jobs(*ask.jobs);
  } else {
    std::string preset;
    Workload workload = workload_for_type(ask, preset);
    if (ask.rates.given() && !ask.accelerator_type.given())
      workload = at_rates(workload, to_string(*ask.rates), Catalogue::shipped());
    out.jobs.push_back({std::move(workload), *ask.duty});
    out.capacity = ask.capacity.if_given();
    fit_dataset(ask, preset, out, notes);
  }
  if (ask.capacity.given()) out.capacity = *ask.capacity;
  if (ask.growth.given()) out.growth = *ask.growth;
  if (ask.years.given()) out.years = static_cast<double>(*ask.years);
  if (ask.snapshots.given()) out.snapshots = *ask.snapshots;
  apply_common(ask, out);
  return out;
}

}  // namespace aforo
