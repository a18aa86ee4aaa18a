#include "sizing/places.h"

#include <fmt/format.h>

#include <algorithm>

#include "sizing/accelerator_hour.h"
#include "sizing/egress.h"
#include "sizing/money.h"
#include "sizing/money_words.h"
#include "sizing/providers.h"

namespace aforo {
namespace {

bool all_priced(const Need& need, AcceleratorTerms terms, const PriceBook& prices,
                std::optional<Provider> cloud) {
  return std::all_of(need.jobs.begin(), need.jobs.end(), [&](const JobNeed& job) {
    return accelerator_hour(job.workload, terms, prices, cloud).has_value();
  });
}

// Hours are those of the bill: (1 - AU) x N x 730 h x duty, job by job.
IdleAt idle_at(const Need& need, const std::vector<double>& utilisations, AcceleratorTerms terms,
               const PriceBook& prices, std::optional<Provider> cloud) {
  IdleAt out{terms, 0, 0};
  double accelerators = 0;
  for (std::size_t i = 0; i < need.jobs.size(); ++i) {
    const JobNeed& job = need.jobs[i];
    const double n = job.workload.accelerator.count;
    const double hour = accelerator_hour(job.workload, terms, prices, cloud).value_or(0);
    out.idle += (1 - utilisations[i]) * n * kHoursPerMonth * job.duty * hour;
    out.hour += n * hour;
    accelerators += n;
  }
  out.hour /= accelerators;
  return out;
}

std::string place_headline(const Screening& screening, const SizedDesign& best, const std::string& cheapest) {
  const Design& d = screening.designs()[best.design];
  return fmt::format(
      "{}: {} {}, {}, for {} a month in all (storage {}, idle accelerators {}){}",
      in_cloud(d.family) ? "With the accelerators in the cloud" : "With the accelerators on premises",
      in_cloud(d.family) ? "rent" : "buy", to_string(d.family), d.name, money_text(best.bill.total()),
      money_text(best.bill.storage), idle_text(best.bill), more_text(best.bill, cheapest));
}

std::optional<AcceleratorTerms> taken_terms(const Screening& screening, std::optional<Provider> cloud) {
  const SizingAsk& ask = screening.ask();
  if (ask.accelerator_hour) return std::nullopt;
  std::optional<AcceleratorTerms> out;
  for (const JobNeed& job : screening.need().jobs) {
    const AcceleratorTerms terms = terms_of(job.workload, ask.accelerator_terms, cloud);
    if (out && *out != terms) return std::nullopt;
    out = terms;
  }
  return out;
}

std::optional<PlaceBest> place_best(const Screening& screening, const SizeResult& result,
                                    const PriceBook& prices, bool cloud) {
  const SizedDesign* best = best_at(screening, result, cloud);
  if (best == nullptr) return std::nullopt;
  const Design& design = screening.designs()[best->design];
  const std::optional<Provider> where = cloud_of(design);
  PlaceBest out{cloud,
                static_cast<std::size_t>(best - result.designs.data()),
                place_headline(screening, *best, cheapest_place(screening, result)),
                taken_terms(screening, where),
                {}};
  const std::vector<double> paid = paid_utilisations(design, screening.need(), best->judgement.served);
  for (const AcceleratorTerms terms : kAcceleratorTerms)
    if (stands_there(terms, where) && all_priced(screening.need(), terms, prices, where))
      out.idle.push_back(idle_at(screening.need(), paid, terms, prices, where));
  return out;
}

Moving moving_of(const Screening& screening, const SizedDesign& cloud, const PriceBook& prices) {
  const Design& design = screening.designs()[cloud.design];
  const Provider provider = design.service->provider;
  Moving out;
  out.provider = to_string(provider);
  out.item = Catalogue::shipped().egress_of(provider).price;
  out.held = static_cast<double>(screening.need().capacity.value);
  for (std::size_t i = 0; i < screening.need().jobs.size(); ++i) {
    const JobNeed& job = screening.need().jobs[i];
    const Served& served = cloud.judgement.served[i];
    out.read +=
        job.requirement.read_full.value * served.au * served.missed * job.duty * kHoursPerMonth * 3600;
  }
  out.out = leaving_costs(design, out.held, prices);
  out.across = leaving_costs(design, out.read, prices);
  return out;
}

Json place_json(const PlaceBest& best) {
  Json out = {{"design", best.design}, {"headline", best.headline}, {"idle_at", Json::array()}};
  if (best.taken) out["terms"] = std::string(to_string(*best.taken));
  for (const IdleAt& at : best.idle) {
    Json one = {{"terms", std::string(to_string(at.terms))}};
    set_number(one, "usd_per_hour", at.hour);
    set_number(one, "idle_usd_per_month", at.idle);
    out["idle_at"].push_back(std::move(one));
  }
  return out;
}

}  // namespace

std::string cheapest_place(const Screening& screening, const SizeResult& result) {
  std::string out;
  bool dearer = false;
  for (const SizedDesign& d : result.designs) {
    const auto cloud = cloud_of(screening.designs()[d.design]);
    dearer = dearer || d.bill.accelerators_more > 0;
    // Storage of kOther stands beside accelerators of any.
    if (!out.empty() || d.bill.accelerators_more > 0 || cloud == Provider::kOther) continue;
    out = cloud ? fmt::format("at {}", title_of(*cloud)) : "on premises";
  }
  if (out.empty()) out = "elsewhere";
  return dearer ? out : "";
}

std::string more_text(const Bill& bill, const std::string& cheapest) {
  if (bill.accelerators_more < 0.5 || cheapest.empty()) return "";
  return fmt::format(", and {} a month more for the accelerators than {}", money_text(bill.accelerators_more),
                     cheapest);
}

Places places(const Screening& screening, const SizeResult& result, const PriceBook& prices) {
  Places out;
  out.cheapest = cheapest_place(screening, result);
  out.on_premises = place_best(screening, result, prices, false);
  out.in_cloud = place_best(screening, result, prices, true);
  if (out.in_cloud) out.moving = moving_of(screening, result.designs[out.in_cloud->design], prices);
  return out;
}

void add_places(Json& record, const Places& found) {
  if (found.on_premises) record["best_on_premises"] = place_json(*found.on_premises);
  if (found.in_cloud) record["best_in_cloud"] = place_json(*found.in_cloud);
  if (!found.cheapest.empty()) record["accelerators_cheapest"] = found.cheapest;
  if (!found.moving) return;
  Json& moving =
      record["moving"] = {{"provider", found.moving->provider}, {"price_item", found.moving->item}};
  set_number(moving, "held_bytes", found.moving->held);
  set_number(moving, "out_of_cloud_usd", found.moving->out);
  set_number(moving, "read_bytes_per_month", found.moving->read);
  set_number(moving, "across_usd_per_month", found.moving->across);
}

}  // namespace aforo
