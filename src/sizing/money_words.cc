#include "sizing/money_words.h"

#include <fmt/format.h>

#include <cmath>

#include "base/units.h"

namespace aforo {
namespace {

constexpr double kNextToNothing = 0.01;  // of the total: no price is known any better

}  // namespace

std::string idle_text(const Bill& bill) {
  return bill.idle < kNextToNothing * bill.total() ? "next to nothing" : money_text(bill.idle);
}

std::string between_text(double low, double high) {
  const std::string from = money_text(low), to = money_text(high);
  return from == to ? "at " + from : "between " + from + " and " + to;
}

std::string with_range(const std::string& value, const std::string& low, const std::string& high,
                       const std::string& of) {
  return low == high ? value : fmt::format("{} ({} to {}{})", value, low, high, of);
}

std::string money_text(double usd) {
  if (usd < 999.5) return fmt::format("${:.0f}", usd);
  const double unit = std::pow(10.0, std::floor(std::log10(usd)) - 2);
  return format_dollars({std::round(usd / unit) * unit});
}

}  // namespace aforo
