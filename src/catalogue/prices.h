// What things cost: every amount of money that aforo knows, by name, with its unit,
// range, source and date.
//
// Shipped in data/catalogue/prices.csv; a user's own file (`--prices`), a single value (`--price
// tlc="120 USD/TB"`) and a change (`--price-change ssd=+50%`) go over it, in that order. A drive or
// a service names the items it costs; nothing else holds money. Copy freely; const functions are
// thread-safe. Failure: UserError that says what was expected; of a file, with file and line.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/fact.h"

namespace aforo {

// One per unit that people write. SI is not used here: an amount stays in the unit it is traded in,
// and whoever counts (sizing/money.h) brings quantities in that unit.
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
  // "x": a multiplier on other money, or a ratio such as PUE.
  kFactor,
  // "/year": a share of a purchase price, or an interest rate.
  kPerYear,
  kYears,  // "years"
};
std::string_view to_string(PriceUnit unit);

// One item. Its unit never changes: what is given in another unit is refused, not converted, so
// that a slip of a power of ten does not pass.
struct Price {
  std::string item;  // "tlc", "aws-s3-standard.storage", "h100.hour"
  // That --price-change speaks of: "ssd", "hdd", "cloud", "accelerators", "servers", "running"
  std::string group;
  double value = 0;
  PriceUnit unit = PriceUnit::kEach;
  // Plausible today; low <= value <= high.
  double low = 0, high = 0;
  // What it is, for a reader.
  std::string text;
  Fact fact;
  // The month, "2026-11", in which it was entered or last held against its source; "" of one that was given.
  std::string checked{};
  // Marked as older than a year when it was checked: bills that rest on it say so.
  bool old = false;
};

// A set of prices: the shipped one, and what a user put over it. The set of items is
// always the shipped one.
class PriceBook {
 public:
  // The prices as shipped; read once, lives as long as the program, thread-safe.
  static const PriceBook& shipped();

  // Throws std::logic_error for an item that is not there: the catalogue's own tests prove that all are.
  const Price& at(std::string_view item) const;
  // Null if there is none. Pointers hold until the book is changed or goes.
  const Price* find(std::string_view item) const;
  // In the file's order. Good until the book is changed or goes.
  std::span<const Price> all() const;

  // A CSV with the columns item,value,unit and, as wanted, low,high,source,date. Only known items,
  // each once, in their own unit; without low and high the range is the value. Other columns of
  // the shipped file may stand there and are not read. `file` names it in messages and is the
  // source where a row names none. Throws UserError ("FILE:LINE: expected ..., found ..."); the
  // book is then as it was.
  void apply_file(std::string_view csv, const std::string& file);
  // One item's value, "tlc=120 USD/TB"; its range becomes the value. Throws
  // UserError, changing nothing.
  void set(std::string_view assignment);
  // What is now, times a factor: "ssd=+50%", "hdd=-10%", "tlc=x2"; a group or an item. Throws
  // UserError for what would be 0 or less, or more than a thousand times as much, changing nothing.
  void change(std::string_view assignment);
  // Every group once, in the file's order.
  std::vector<std::string> groups() const;

  // This book with every amount of money of a group (or the item of that name) times `factor`,
  // ranges too. A group's ratios, rates and lives stay as they are. Throws UserError for an unknown
  // name, as change() does. A copy: O(items).
  PriceBook scaled(std::string_view group_or_item, double factor) const;

  // "prices of 2024-07 to 2026-09, 3 of them given": for every output. Prices
  // without a date are not in the range.
  std::string dates() const;

 private:
  std::vector<Price> prices_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

}  // namespace aforo
