#include "plan/predict_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "measure/series.h"

namespace aforo {
namespace {

Json interval(const Prediction& p) { return {p.au_low, p.au_high}; }
Json interval_50(const Prediction& p) { return {p.au_low_50, p.au_high_50}; }

void warn(Json& record, const std::string& text) {
  Json& warnings = record["warnings"];
  if (std::find(warnings.begin(), warnings.end(), Json(text)) == warnings.end()) warnings.push_back(text);
}

void add_stalls(Json& record, const StallTimes& t) {
  set_number(record, "stall_seconds", t.stall().value);
  record["stalls"] = {{"load_wait_seconds", t.load_wait.value},
                      {"barrier_wait_seconds", t.barrier_wait.value},
                      {"checkpoint_seconds", t.checkpoint.value},
                      {"epoch_start_seconds", t.epoch_start.value},
                      {"accelerator_seconds", t.total.value}};
}

void add_stations(Json& record, const Prediction& p) {
  Json stations = Json::array();
  for (const SimStation& s : p.stations) {
    Json one = {{"name", s.name}};
    set_number(one, "busy_share", s.utilisation);
    set_number(one, "in_flight", s.mean_in_flight);
    set_number(one, "operations_per_second", s.rate.value);
    set_number(one, "residence_seconds", s.residence.value);
    stations.push_back(std::move(one));
  }
  record["stations"] = std::move(stations);
}

void add_beside(Json& record, const Prediction& p) {
  if (p.beside.empty()) return;
  Json others = Json::array();
  for (const BesidePrediction& other : p.beside)
    others.push_back({{"workload", other.name},
                      {"accelerators", other.accelerators},
                      {"au", other.au},
                      {"samples_per_second", other.samples.value}});
  record["beside"] = std::move(others);
}

void add_simulation(Json& record, const Prediction& p) {
  if (p.method != PredictMethod::kSimulate) return;
  record["au_per_epoch"] = p.au_per_epoch;
  record["steps"] = p.epochs * p.steps;
  record["step_seconds"] = percentiles(p.step_times);
  if (p.stalls) add_stalls(record, *p.stalls);
  if (p.cache_hit_share) set_number(record, "cache_hit_share", *p.cache_hit_share);
  set_number(record, "requests_in_flight", p.requests_in_flight);
  add_stations(record, p);
  add_beside(record, p);
  record["simulation"] = {{"replications", p.replications},
                          {"epochs", p.epochs},
                          {"steps_per_epoch", p.steps},
                          {"steps_per_epoch_in_full", p.steps_in_full},
                          {"events", p.events},
                          {"au_half_width_by_chance", p.chance},
                          {"storage_spread", p.spread},
                          {"au_by_spread", {p.slower, p.faster}},
                          {"model_error", p.model_error}};
  if (p.part_accelerators > 0)
    record["simulation"]["part"] = {{"accelerators", p.part_accelerators},
                                    {"replications", p.part_replications}};
}

void add_saving(Json& record, const Prediction& p) {
  if (!p.saving) return;
  const SavingPrediction& s = *p.saving;
  Json& json = record["checkpoints"];
  json = {{"bytes", s.bytes.value},
          {"every_steps", s.every_steps},
          {"every_seconds", s.every.value},
          {"mode", s.asynchronous ? "async" : "sync"},
          {"writers", s.writers}};
  set_number(json, "seconds", s.whole.value);
  json["seconds_interval"] = {s.whole_low.value, s.whole_high.value};
  set_number(json, "slowest_rank_seconds", s.slowest.value);
  set_number(json, "fastest_rank_seconds", s.fastest.value);
  set_number(json, "rank0_seconds", s.rank0.value);
  set_number(json, "pause_seconds", s.pause.value);
  set_number(json, "au_without", s.au_without);
  if (!s.asynchronous) return;
  set_number(json, "copy_seconds", s.copy.value);
  set_number(json, "reads_left", s.reads_left);
  set_number(json, "writes_left", s.writes_left);
  set_number(json, "pace_beside", s.pace_beside);
}

}  // namespace

void add_prediction(Json& record, const Prediction& p) {
  record["predicted"] = true;
  record["accelerators"] = p.accelerators;
  set_number(record, "au", p.au);
  record["au_interval"] = interval(p);
  record["au_interval_50"] = interval_50(p);
  set_number(record, "samples_per_second", p.samples.value);
  set_number(record, "bytes_per_second", p.bytes.value);
  record["limit"] = p.limit;
  if (!p.limit_station.empty()) record["limit_station"] = p.limit_station;
  record["method"] = to_string(p.method);
  record["method_reason"] = p.why;
  add_simulation(record, p);
  add_saving(record, p);
  for (const std::string& note : p.notes) warn(record, note);
  record["verdict"] = {{"limit", to_string(p.verdict.limit)}, {"text", p.verdict.text},
                       {"reason", p.verdict.reason},          {"notes", p.verdict.notes},
                       {"evidence", p.verdict.evidence},      {"advice", p.verdict.advice}};
}

void add_max(Json& record, const PredictedMax& found, double target) {
  add_prediction(record, found.answer);
  record["threshold"] = target;
  record["max_accelerators"] = found.accelerators;
  record["max_accelerators_interval"] = {found.low, found.high};
  record["at_limit"] = found.at_limit;
  Json ramp = Json::array();
  for (const auto& [n, p] : found.tries)
    ramp.push_back({{"accelerators", n}, {"au", p.au}, {"au_interval", interval(p)}});
  record["ramp"] = std::move(ramp);
  if (!found.refusal.empty())
    warn(record, fmt::format("the search ended at {} accelerators: {}", found.accelerators, found.refusal));
  else if (found.at_limit)
    warn(record,
         fmt::format("the search ended at its limit of {} accelerators: --max-accelerators, or as many "
                     "as the dataset has batches for",
                     found.limit));
}

namespace {

Series series_of_sweep(const Sweep& sweep, std::span<const SweepPoint> points) {
  Series out;
  out.name = "sweep";
  out.x = {std::string(to_string(sweep.key)), in_bytes(sweep.key) ? "B" : "count", {}};
  out.y = {{"au", "fraction", {}},
           {"au_low", "fraction", {}},
           {"au_high", "fraction", {}},
           {"samples_per_second", "1/s", {}},
           {"bytes_per_second", "B/s", {}}};
  for (const SweepPoint& point : points) {
    const Prediction& p = point.prediction;
    out.x.values.push_back(static_cast<double>(point.value));
    const double values[] = {p.au, p.au_low, p.au_high, p.samples.value, p.bytes.value};
    for (std::size_t i = 0; i < out.y.size(); ++i) out.y[i].values.push_back(values[i]);
  }
  return out;
}

}  // namespace

void add_sweep(Json& record, const Sweep& sweep, std::span<const SweepPoint> points) {
  record["predicted"] = true;
  record["sweep_key"] = to_string(sweep.key);
  if (!sweep.note.empty()) warn(record, sweep.note);
  if (sweep.key == SweepKey::kBatchSize) warn(record, "the step time was taken in proportion to the batch");
  Json rows = Json::array();
  for (const SweepPoint& point : points) {
    const Prediction& p = point.prediction;
    Json row = {{"value", point.value}, {"accelerators", p.accelerators}};
    set_number(row, "au", p.au);
    row["au_interval"] = interval(p);
    set_number(row, "samples_per_second", p.samples.value);
    set_number(row, "bytes_per_second", p.bytes.value);
    row["limit"] = p.limit;
    row["method"] = to_string(p.method);
    rows.push_back(std::move(row));
    for (const std::string& note : p.notes) warn(record, note);
  }
  record["sweep"] = std::move(rows);
  add_series(record, series_of_sweep(sweep, points));
}

void add_advice(Json& record, std::span<const Advice> advice) {
  Json list = Json::array();
  for (const Advice& a : advice)
    list.push_back({{"change", a.change}, {"how", a.how}, {"au", a.au}, {"gain", a.gain}});
  record["advice"] = std::move(list);
}

Json short_prediction(const Prediction& p) {
  Json out = Json::object();
  set_number(out, "au", p.au);
  out["au_interval"] = interval(p);
  set_number(out, "samples_per_second", p.samples.value);
  set_number(out, "bytes_per_second", p.bytes.value);
  out["limit"] = p.limit;
  out["method"] = to_string(p.method);
  return out;
}

Json short_prediction(const PredictedMax& found) {
  Json out = short_prediction(found.answer);
  out["max_accelerators"] = found.accelerators;
  out["max_accelerators_interval"] = {found.low, found.high};
  out["at_limit"] = found.at_limit;
  return out;
}

}  // namespace aforo
