#include "report/size_words.h"

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

std::string cut_to(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = text.rfind(' ', most - 4);
  if (end == std::string::npos || end + 40 < most) end = most - 4;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // within a character
  return text.substr(0, end) + " ...";
}

}  // namespace aforo
