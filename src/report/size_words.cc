#include "report/size_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "report/view.h"

namespace aforo {
namespace {

constexpr double kNextToNothing = 0.01;  // of the total: no price is known any better

}  // namespace

Value busy_at(const Json& design, std::string_view key) {
  const auto au = number(design, {key});
  return au ? Value(*au, Unit::kFraction, format_share(*au)) : Value();
}

Value idle_of(const Json& design) {
  Value out = money_at(design, {"idle_usd_per_month"});
  const auto total = number(design, {"total_usd_per_month"});
  if (out.known() && total && *out.number < kNextToNothing * *total) out.text = "next to nothing";
  return out;
}

std::string method_words(const Json& design) {
  return word(design, {"method"}) == "simulate" ? "simulated" : "formulas";
}

std::vector<const Json*> ranked_designs(const Json& record) {
  std::vector<const Json*> out = entries(record, {"designs"});
  std::erase_if(out, [](const Json* d) { return flag(*d, {"oversized"}) && !number(*d, {"rank"}); });
  return out;
}

std::string kilowatts_text(double watts) {
  const double kilowatts = watts / 1e3;
  return (kilowatts < 99.5 ? fmt::format("{:.2g}", kilowatts) : format_count(std::round(kilowatts))) + " kW";
}

std::string limit_words(std::string text) {
  constexpr std::string_view kNot = "limited by not limited", kStation = "station '";
  if (const std::size_t at = text.find(kNot); at != std::string::npos)
    text.replace(at, kNot.size(), "no part of the storage is full");
  for (std::size_t at = text.find(kStation); at != std::string::npos; at = text.find(kStation, at)) {
    text.erase(at, kStation.size());
    if (const std::size_t end = text.find('\'', at); end != std::string::npos) text.erase(end, 1);
  }
  return text;
}

std::size_t far_beyond_asked(const Json& record) {
  if (const auto counted = number(record, {"considered", "oversized"}))
    return static_cast<std::size_t>(*counted);
  const auto designs = entries(record, {"designs"});
  return static_cast<std::size_t>(std::count_if(designs.begin(), designs.end(), [](const Json* d) {
    return flag(*d, {"oversized"}) && !number(*d, {"rank"});
  }));
}

std::size_t all_that_serve(const Json& record) {
  return ranked_designs(record).size() + far_beyond_asked(record);
}

bool all_busy(const Json& design) {
  constexpr double kAllBusy = 0.99;  // of the time: what is lost beside it is not worth a word
  return number(design, {"au"}).value_or(0) > kAllBusy;
}

}  // namespace aforo
