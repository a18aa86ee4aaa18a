#include "sizing/size_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/units.h"
#include "sizing/cloud_limits.h"
#include "sizing/extra_lines.h"
#include "sizing/places.h"
#include "sizing/providers.h"
#include "sizing/recommend.h"
#include "sizing/staging.h"

namespace aforo {
namespace {

constexpr std::size_t kMostRejected = 60;  // chosen: the nearest misses; the rest would bury them

Json shelf_json(const Shelf& shelf) {
  Json out = {{"drive", shelf.drive->model},
              {"media", std::string(to_string(shelf.drive->media))},
              {"drives", shelf.drives},
              {"raw_bytes", shelf.raw().value}};
  if (shelf.node == nullptr) return out;  // in the hosts
  out["servers"] = shelf.nodes;
  out["server"] = shelf.node->name;
  out["protection"] = protection_text(shelf);
  out["network_card"] = shelf.nic->name;
  return out;
}

// Hosts alone hold a copy, that nothing of the design can restore; "" of every other design.
std::string copy_alone_note(const Design& d) {
  if (d.family != Family::kHostMemory && d.family != Family::kHostNvme) return "";
  return fmt::format(
      "it holds a copy: the original must be kept elsewhere; some {} times a year {} loses it, and training waits up "
      "to {} for another",
      format_count(d.losses),
      d.family == Family::kHostMemory ? "a host that starts anew" : "a drive of a host",
      format_seconds(d.restaging));
}

void add_notes(Json& out, const Design& d) {
  std::vector<std::string> notes = d.notes;
  if (std::string note = copy_alone_note(d); !note.empty()) notes.insert(notes.begin(), std::move(note));
  if (!notes.empty()) out["notes"] = notes;
}

void add_system(Json& out, const Design& d) {
  if (d.main.drives > 0) out["storage"] = shelf_json(d.main);
  if (d.fast.drives > 0) out[d.fast.node == nullptr ? "local_flash" : "flash_tier"] = shelf_json(d.fast);
  if (d.service != nullptr) {
    out["service"] = d.service->name;
    out["durability"] = std::string(to_string(d.service->durability));
    out["bought_bytes"] = d.bought.value;
    if (d.copies > 1) out["copies"] = d.copies;
    if (d.provisioned.value > 0) out["provisioned_bytes_per_second"] = d.provisioned.value;
  }
  if (d.archive != nullptr) out["archive_service"] = d.archive->name;
  if (d.local_cache.value > 0)
    out[d.staged ? "copy_bytes_per_host" : "cache_bytes_per_host"] = d.local_cache.value;
  if (d.page_cache.value > 0) out["page_cache_bytes_per_host"] = d.page_cache.value;
  if (d.read.value > 0) out["read_bytes_per_second"] = d.read.value;
  if (d.write.value > 1) out["write_bytes_per_second"] = d.write.value;
  if (d.opens.value > 0) out["opens_per_second"] = d.opens.value;
  if (d.requests.value > 0) out["requests_per_second"] = d.requests.value;
  if (d.writes.value > 0) out["writes_per_second"] = d.writes.value;
  add_notes(out, d);
  set_number(out, "latency_seconds", d.latency.value);
  if (d.rebuild.value > 0) {
    set_number(out, "rebuild_seconds", d.rebuild.value);
    set_number(out, "rebuild_into_one_drive_seconds", d.rebuild_one.value);
  }
  if (!in_cloud(d.family)) {
    set_number(out, "watts", d.watts);
    set_number(out, "rack_units", d.rack_units);
  }
}

Json bill_json(const Bill& bill, const PriceBook& prices) {
  Json out = Json::array();
  for (const BillLine& line : bill.lines) {
    Json one = {{"what", line.label}};
    set_number(one, "usd_per_month", line.month);
    if (line.purchase > 0) set_number(one, "purchase_usd", line.purchase);
    one["quantity"] = line.quantity;
    if (!line.item.empty()) {
      const Price& price = prices.at(line.item);
      one["price_item"] = line.item;
      one["price"] = price.value;
      one["price_unit"] = std::string(to_string(price.unit));
      one["price_kind"] = std::string(to_string(price.fact.kind));
      one["price_source"] = price.fact.source;
      one["price_date"] = price.fact.date;
    }
    out.push_back(std::move(one));
  }
  return out;
}

Json account_json(const Account& a) {
  Json out = {{"name", a.name}, {"design", a.design}};
  set_number(out, "upfront_usd", a.upfront);
  set_number(out, "usd_per_month", a.monthly);
  set_number(out, "residual_usd", a.residual);
  set_number(out, "total_usd", a.total);
  out["cumulative_usd"] = a.cumulative;
  return out;
}

Json turns_json(const std::vector<Turn>& turns, std::string_view key) {
  Json out = Json::array();
  for (const Turn& turn : turns)
    out.push_back({{std::string(key), turn.at},
                   {"below", std::string(to_string(turn.below))},
                   {"above", std::string(to_string(turn.above))}});
  return out;
}

bool serves_in(const Screening& screening, const SizeResult& result, bool cloud) {
  return std::any_of(result.designs.begin(), result.designs.end(), [&](const SizedDesign& d) {
    return in_cloud(screening.designs()[d.design].family) == cloud;
  });
}

std::string horizon_absence(const Screening& screening, const SizeResult& result) {
  const SizingAsk& ask = screening.ask();
  if (ask.place == Place::kCloud || ask.provider) return "only the cloud was asked for";
  if (ask.place == Place::kOnPremises) return "only designs on premises were asked for";
  if (ask.family) return fmt::format("only one family was asked for, {}", to_string(*ask.family));
  const bool own = serves_in(screening, result, false), rent = serves_in(screening, result, true);
  if (!own && !rent) return "no design serves";
  if (!own) return "no design on premises serves";
  if (!rent) return "no design in the cloud serves";
  return "an accelerator has no price to buy or no price to rent in the price list";
}

// Beside the first copy; {} where nothing was asked for.
Json kept_json(const Need& need, const PriceBook& prices) {
  Json out = Json::object();
  if (need.extras.copies > 1) out["copies"] = need.extras.copies;
  if (need.extras.backup) {
    out["backup"] = std::string(to_string(*need.extras.backup));
    out["backup_bytes"] = need.capacity.value;
    set_number(out, "restore_usd", restore_costs(need, prices));
  }
  return out;
}

}  // namespace

Json design_json(const Design& d, const SizedDesign& sized, const Need& need, const PriceBook& prices,
                 bool in_full) {
  Json out = {{"name", d.name},
              {"family", std::string(to_string(d.family))},
              {"family_short", std::string(short_name(d.family))},
              {"product", d.product}};
  const auto& served = sized.judgement.served;
  set_number(out, "au", mean_au(served, need));
  if (served.size() == 1) out["au_interval"] = {served.front().low, served.front().high};
  out["method"] = sized.simulated ? "simulate" : "closed";
  out["usable_bytes"] = d.usable.value;
  out["to_hold_bytes"] = to_hold(d, need).value;
  set_number(out, "storage_usd_per_month", sized.bill.storage);
  set_number(out, "idle_usd_per_month", sized.bill.idle);
  set_number(out, "total_usd_per_month", sized.bill.total());
  if (sized.bill.accelerators_more > 0)
    set_number(out, "accelerators_more_usd_per_month", sized.bill.accelerators_more);
  out["total_usd_per_month_range"] = {sized.bill.low, sized.bill.high};
  if (sized.bill.purchase > 0) set_number(out, "purchase_usd", sized.bill.purchase);
  out["limit"] = served.empty() ? "" : served.front().limit;
  if (!served.empty() && !served.front().limit_station.empty())
    out["limit_station"] = served.front().limit_station;
  if (!served.empty() && !served.front().loss.empty()) out["largest_loss"] = served.front().loss;
  out["estimated"] = d.estimated;
  add_system(out, d);
  if (d.staged) {
    set_number(out, "staging_seconds", d.staging.value);
    out["schedule"] = schedule_of(d, need);
  }
  if (served.size() > 1) {
    out["jobs"] = Json::array();
    for (std::size_t i = 0; i < served.size(); ++i)
      out["jobs"].push_back({{"workload", need.jobs[i].workload.name},
                             {"au", served[i].au},
                             {"au_interval", {served[i].low, served[i].high}},
                             {"method", served[i].simulated ? "simulate" : "closed"},
                             {"limit", served[i].limit}});
  }
  if (in_full) out["bill"] = bill_json(sized.bill, prices);
  return out;
}

std::vector<std::size_t> ranked(const Screening& screening, const SizeResult& result) {
  std::vector<std::size_t> out;
  bool seen[2] = {false, false};  // on premises, in the cloud
  for (std::size_t i = 0; i < result.designs.size(); ++i) {
    const Design& d = screening.designs()[result.designs[i].design];
    bool& place = seen[in_cloud(d.family) ? 1 : 0];
    if (!place || !oversized(d, screening.need().capacity)) out.push_back(i);
    place = true;
  }
  return out;
}

namespace {

Json ranked_json(const Screening& screening, const SizeResult& result, const std::vector<std::size_t>& ranks,
                 const PriceBook& prices, bool in_full) {
  Json out = Json::array();
  for (const std::size_t i : ranks) {
    const SizedDesign& sized = result.designs[i];
    const Design& design = screening.designs()[sized.design];
    out.push_back(design_json(design, sized, screening.need(), prices, in_full));
    out.back()["rank"] = out.size();
    if (oversized(design, screening.need().capacity)) out.back()["oversized"] = true;
  }
  return out;
}

// Where those of the first design stand; where nothing serves, at the cheapest of the providers that were asked for,
// or on premises.
std::optional<Provider> place_of_accelerators(const Screening& screening, const SizeResult& result,
                                              const PriceBook& prices) {
  if (!result.designs.empty()) return cloud_of(screening.designs()[result.designs[0].design]);
  const auto places = places_on_offer(screening.ask(), Catalogue::shipped());
  if (places.empty() || !places.front()) return std::nullopt;
  return *std::min_element(places.begin(), places.end(), [&](const auto& a, const auto& b) {
    return point_value(screening, prices, a) < point_value(screening, prices, b);
  });
}

// Of the designs that are written, which one is the best of a place.
void point_at_ranked(Json& record, const std::vector<std::size_t>& ranks) {
  for (const char* const place : {"best_on_premises", "best_in_cloud"}) {
    if (!record.contains(place)) continue;
    const auto at = std::find(ranks.begin(), ranks.end(), record[place]["design"].get<std::size_t>());
    record[place]["design"] = at - ranks.begin();
  }
}

}  // namespace

void add_designs(Json& record, const Screening& screening, const SizeResult& result, const PriceBook& prices,
                 bool in_full) {
  record["recommendation"] = recommendation(screening, result, prices);
  if (result.designs.empty())
    if (const auto clauses = beyond_storage(screening); !clauses.empty()) record["beyond_storage"] = clauses;
  const std::vector<std::size_t> ranks = ranked(screening, result);
  record["designs"] = ranked_json(screening, result, ranks, prices, in_full);
  record["rejected"] = Json::array();
  for (std::size_t i = 0; i < std::min(result.rejected.size(), kMostRejected); ++i) {
    const Rejected& r = result.rejected[i];
    const Design& d = screening.designs()[r.design];
    Json one = {{"name", d.name},
                {"family", std::string(to_string(d.family))},
                {"product", d.product},
                {"reason", r.reason}};
    set_number(one, "reach", r.reach);
    one["usable_bytes"] = d.usable.value;
    if (oversized(d, screening.need().capacity)) one["oversized"] = true;
    record["rejected"].push_back(std::move(one));
  }
  record["considered"] = {{"designs", result.built},
                          {"judged", result.judged},
                          {"rejected_kinds", result.rejected.size()},
                          {"oversized", result.designs.size() - ranks.size()}};
  Json second = Json::array(), others = Json::array();
  for (const Flip& flip : result.flips) {
    const Design& d = screening.designs()[result.designs[flip.design].design];
    (flip.design == result.second ? second : others)
        .push_back({{"family", std::string(to_string(d.family))},
                    {"prices_of", flip.group},
                    {"factor", flip.factor},
                    {"factor_range", {flip.low, flip.high}},
                    {"text", flip.text}});
  }
  record["sensitivity"] = {{"second_best_wins", second}, {"others_win", others}};
  if (result.second)
    record["sensitivity"]["second_best"] = screening.designs()[result.designs[*result.second].design].name;
  if (Json kept = kept_json(screening.need(), prices); !kept.empty()) record["kept"] = std::move(kept);
  const Places found = places(screening, result, prices);
  add_places(record, found);
  point_at_ranked(record, ranks);
  set_number(record, "idle_point_usd_per_month",
             point_value(screening, prices, place_of_accelerators(screening, result, prices)));
}

void add_cure(Json& record, const SizeAdvice& cheapest) {
  record["recommendation"].push_back(fmt::format("Cheapest to cure: {}.", cheapest.text));
  for (Json& miss : record["rejected"]) {
    if (miss["family"] != cheapest.with.family || miss["product"] != cheapest.with.product) continue;
    miss["cure"] = cheapest.change;
    set_number(miss, "cured_usd_per_month", cheapest.with.total() + cheapest.hosts);
    return;
  }
}

void add_design_explain(Json& record, const std::vector<ExplainedFigure>& figures) {
  record["design_explain"] = Json::array();
  for (const ExplainedFigure& f : figures)
    record["design_explain"].push_back({{"key", f.key},
                                        {"label", f.label},
                                        {"text", f.text},
                                        {"formula", f.formula},
                                        {"inputs", f.inputs},
                                        {"source", f.source}});
}

void add_requirement_curve(Json& record, const std::vector<TargetPoint>& curve) {
  record["requirement_curve"] = Json::array();
  for (const TargetPoint& p : curve) {
    Json one = {{"target", p.target}};
    set_number(one, "read_bytes_per_second", p.read.value);
    set_number(one, "iops", p.iops.value);
    set_number(one, "opens_per_second", p.opens.value);
    set_number(one, "sample_latency_seconds", p.sample_latency.value);
    record["requirement_curve"].push_back(std::move(one));
  }
}

void add_break_points(Json& record, const BreakPoints& found) {
  record["break_points"] = {{"by_ssd_over_hdd", turns_json(found.by_ratio, "ratio")},
                            {"by_capacity", turns_json(found.by_capacity, "bytes")},
                            {"capacities_looked_at", {found.least.value, found.most.value}}};
  if (found.ratio_now > 0) record["break_points"]["ssd_over_hdd_now"] = found.ratio_now;
}

void add_horizon(Json& record, const Horizon& found, std::set<std::string>& used) {
  used.insert(found.items.begin(), found.items.end());
  record["horizon"] = {
      {"accounts", {account_json(found.owned), account_json(found.rented), account_json(found.path)}},
      {"duty", found.duty},
      {"assumptions", found.assumptions}};
  if (found.break_even) record["horizon"]["break_even_month"] = *found.break_even;
  for (const BreakEvenAt& at : found.by_terms) {
    Json one = {{"terms", std::string(to_string(at.terms))}};
    set_number(one, "rent_usd_per_month", at.rent);
    if (at.month) set_number(one, "break_even_month", *at.month);
    record["horizon"]["break_even_by_terms"].push_back(std::move(one));
  }
  if (found.break_even_duty) record["horizon"]["break_even_duty"] = *found.break_even_duty;
}

void add_horizon_absent(Json& record, const Screening& screening, const SizeResult& result) {
  record["horizon_absent"] = horizon_absence(screening, result);
}

std::set<std::string> items_of(const Screening& screening, const SizeResult& result,
                               const PriceBook& prices) {
  std::set<std::string> out;
  for (const SizedDesign& d : result.designs)
    for (const std::string& item : items_used(d.bill, screening.designs()[d.design], prices))
      out.insert(item);
  if (const std::string item = restore_item(screening.need()); !item.empty()) out.insert(item);
  return out;
}

void add_prices(Json& record, const PriceBook& prices, const std::set<std::string>& used) {
  std::set<std::string> estimated, old;
  for (const std::string& item : used) {
    if (prices.at(item).fact.kind == FactKind::kEstimated) estimated.insert(item);
    if (prices.at(item).old) old.insert(item);
  }
  record["prices"] = {{"dates", prices.dates()}, {"used", used}, {"estimated", estimated}, {"old", old}};
}

}  // namespace aforo
