// What things cost: every amount of money that aforo knows, by name, with its unit, range, source and date.
//
// Shipped in data/catalogue/prices.csv; a user's own file (`--prices`), a single value (`--price tlc="120
// USD/TB"`) and a change (`--price-change ssd=+50%`) go over it, in that order. A drive or a service names
// the items it costs; nothing else holds money. Copy freely; const functions are thread-safe. Failure:
// UserError naming file and line.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/fact.h"

namespace aforo {

// One per unit that people write. SI is not used here: an amount stays in the unit it is traded in.
enum class PriceUnit {
  kPerTb,          // "USD/TB": of raw capacity, powers of ten
  kEach,           // "USD": a server, a card, a port
  kPerGbMonth,     // "USD/GB-month"
  kPerMbpsMonth,   // "USD/MBps-month": provisioned MB/s
  kPerIopsMonth,   // "USD/IOPS-month"
  kPer1kRequests,  // "USD/1k-requests"
  kPerGb,          // "USD/GB": retrieved, or sent out
  kPerHour,        // "USD/hour"
  kPerKwh,         // "USD/kWh"
  kPerRuMonth,     // "USD/RU-month": a rack unit
  kFactor,         // "x": a multiplier on other money, or a ratio such as PUE
  kPerYear,        // "/year": a share of a purchase price, or an interest rate
  kYears,          // "years"
};
std::string_view to_string(PriceUnit unit);

struct Price {
  std::string item;  // "tlc", "aws-s3-standard.storage", "h100.hour"
  std::string
      group;  // that --price-change speaks of: "ssd", "hdd", "cloud", "accelerators", "servers", "running"
  double value = 0;
  PriceUnit unit = PriceUnit::kEach;
  double low = 0, high = 0;  // plausible today; low <= value <= high
  std::string text;          // what it is, for a reader
  Fact fact;
};

class PriceBook {
 public:
  static const PriceBook& shipped();

  // Throws std::logic_error for an item that is not there: the catalogue's own tests prove that all are.
  const Price& at(std::string_view item) const;
  const Price* find(std::string_view item) const;  // null if there is none
  std::span<const Price> all() const;              // in the file's order

  // A CSV with the columns item,value,unit and, as wanted, low,high,source,date. Only known items, in their
  // own unit; without low and high the range is the value. Throws UserError ("FILE:LINE: expected ..., found
  // ...").
  void apply_file(std::string_view csv, const std::string& file);
  void set(std::string_view assignment);     // "tlc=120 USD/TB"
  void change(std::string_view assignment);  // "ssd=+50%", "hdd=-10%", "tlc=x2": a group or an item
  std::vector<std::string> groups() const;

  // This book with every amount of money of a group (or the item of that name) times `factor`. A group's
  // ratios, rates and lives stay as they are. Throws UserError for an unknown name, as change() does.
  PriceBook scaled(std::string_view group_or_item, double factor) const;

  // "prices of 2024-07 to 2026-09, 3 of them given": for every output.
  std::string dates() const;

 private:
  std::vector<Price> prices_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

}  // namespace aforo
