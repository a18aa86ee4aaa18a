// What a design costs a month, line by line, and how it serves a job. Plain data, made by money.h; USD.
#pragma once

#include <string>
#include <vector>

namespace aforo {

// One line of the bill: so much of an item, what that comes to a month.
struct BillLine {
  std::string label, item;
  double quantity = 0;
  double month = 0;     // USD
  double purchase = 0;  // USD, once; 0 for what is paid monthly
  bool idle = false;
  // Of an idle line: the item of a factor on top; "" = none. Markups of what is bought stand in the design.
  std::string markup{};
};

// All that a design costs, for jobs that it serves so and so well.
struct Bill {
  std::vector<BillLine> lines;
  double storage = 0, idle = 0;  // USD a month
  double purchase = 0;           // USD, once
  // Of the total, by the price book's ranges, taken as independent: the root of the sum of
  // squares on either side.
  double low = 0, high = 0;
  // USD a month that the accelerators, which stand where the storage does, cost more there than where they are
  // cheapest of all places on offer (standing.h). No part of the total: that is storage and idle time.
  double accelerators_more = 0;
  double total() const { return storage + idle; }
  // What designs are ranked by, one place against another.
  double compared() const { return total() + accelerators_more; }
};

// How a design serves one job. Fractions.
struct Served {
  // Of all the time, pauses for checkpoints included.
  double au = 0, low = 0, high = 0;
  std::string limit;
  // Share of reads that get past the design's caches.
  double missed = 1;
  // The station that `limit` names; empty where it names none.
  std::string limit_station{};
  // What most of the loss is due to, by the closed form, whether or not the target is met.
  std::string loss{};
  // By simulation; else by closed forms, as of a job that reads too little to be felt.
  bool simulated = false;
};

}  // namespace aforo
