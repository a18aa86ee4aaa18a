#include "sizing/providers.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "sizing/design.h"

namespace aforo {
namespace {

template <class T>
bool has(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool rents_out(Provider provider, const SizingAsk& ask, const Catalogue& catalogue) {
  return std::all_of(ask.jobs.begin(), ask.jobs.end(), [&](const SizedJob& job) {
    const Accelerator* found = catalogue.find_accelerator(job.workload.accelerator.type);
    return found == nullptr || has(found->hosts_at, provider);
  });
}

// "h100", "h100 and b200"
std::string types_of(const SizingAsk& ask) {
  std::vector<std::string> out;
  for (const SizedJob& job : ask.jobs)
    if (!has(out, job.workload.accelerator.type)) out.push_back(job.workload.accelerator.type);
  return join(out, " and ");
}

}  // namespace

std::string_view title_of(Provider provider) {
  switch (provider) {
    case Provider::kAws:
      return "AWS";
    case Provider::kGcp:
      return "Google";
    case Provider::kAzure:
      return "Azure";
    case Provider::kOther:
      return "another provider";
  }
  return "";
}

bool in_cloud_alone(const SizingAsk& ask) {
  return ask.place == Place::kCloud || ask.provider || (ask.family && in_cloud(*ask.family));
}

std::vector<Provider> providers_with_hosts(const SizingAsk& ask, const Catalogue& catalogue) {
  std::vector<Provider> out;
  for (const CloudService& s : catalogue.services())
    if (!has(out, s.provider) && (s.provider == Provider::kOther || rents_out(s.provider, ask, catalogue)))
      out.push_back(s.provider);
  return out;
}

void check_provider(const SizingAsk& ask, const Catalogue& catalogue) {
  if (!in_cloud_alone(ask)) return;
  const std::vector<Provider> there = providers_with_hosts(ask, catalogue);
  if (ask.provider && (*ask.provider == Provider::kOther || has(there, *ask.provider))) return;
  std::vector<std::string> words;
  for (const Provider p : there)
    if (p != Provider::kOther) words.emplace_back(to_string(p));
  if (words.empty())
    throw UserError(fmt::format(
        "expected accelerators that a provider of the catalogue rents out, found {}; take --where on-premises",
        types_of(ask)));
  if (ask.provider)
    throw UserError(fmt::format("expected a provider that rents out hosts with {} ({}), found '{}'",
                                types_of(ask), join(words, ", "), to_string(*ask.provider)));
}

std::vector<std::optional<Provider>> places_on_offer(const SizingAsk& ask, const Catalogue& catalogue) {
  std::vector<std::optional<Provider>> out;
  if (!in_cloud_alone(ask)) out.emplace_back();
  if (ask.place == Place::kOnPremises || (ask.family && !in_cloud(*ask.family))) return out;
  for (const Provider provider : providers_with_hosts(ask, catalogue))
    if (!ask.provider || *ask.provider == provider) out.emplace_back(provider);
  return out;
}

}  // namespace aforo
