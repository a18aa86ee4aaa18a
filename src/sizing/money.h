// A design's bill: what storage costs a month, and what the accelerators' idle time
// beside it costs. Pure.
//
// Purchases are paid off over `life.storage` at `interest` (capital recovery) and
// supported at `support` a year:
//
//   month = purchase x (r / (1 - (1 + r)^-n) + support) / 12.
//
// Idle time is (1 - AU) x N x 730 h x duty x the price of an accelerator-hour, per job: of one's own
// on premises, on demand in the cloud, or as asked (accelerator_hour.h). All
// amounts are US dollars; a month has 730 hours. Prices are values: a price of 0 is free, an
// item that is missing a bug (std::logic_error). Examples worked by hand: docs/sizing.md
// section 5, money_test.cc.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "catalogue/prices.h"
#include "sizing/design.h"
#include "sizing/need.h"

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
  double total() const { return storage + idle; }
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
  // By simulation; else by closed forms, as of a job that reads too little to be felt.
  bool simulated = false;
};

// A year's payment for a loan of 1 over `years` (> 0): r / (1 - (1 + r)^-n); 1 / years at 0 %.
double capital_recovery(double interest, double years);
// What 1 USD a month is worth today, paid at the end of months 1 to `months`, at `rate` a month.
double worth_of_months(double rate, double months);
// A month's payment for a purchase of 1, at the book's terms. UserError where life.storage is 0.
double monthly_of_purchase(const PriceBook& prices);

// `served` in the order of need.jobs. `accelerator_hour` > 0 replaces the terms; idle time
// of an accelerator without a price is free.
Bill bill_of(const Design& design, const Need& need, const std::vector<Served>& served,
             const PriceBook& prices, double accelerator_hour);

// The bill's total as its items' prices would make it: what each item contributes, a month.
// A markup counts beside the item that it multiplies, so that the sum is more than the
// total where there is one.
std::map<std::string, double> contributions(const Bill& bill, const Design& design, const PriceBook& prices);

// Every item that the bill depends on, terms of payment included.
std::set<std::string> items_used(const Bill& bill, const Design& design, const PriceBook& prices);

// Share of the time that all ranks of a job wait for a checkpoint to be written, at the
// design's bandwidth and the requirement's interval. Jobs are taken to write one after another.
// 0 where either is unknown.
double paused_share(const Design& design, const JobNeed& job);

// What a design costs a month whatever it reads, at these prices: its cost lines, purchases paid off.
// No traffic and no idle time.
double fixed_costs(const Design& design, const PriceBook& prices);

// What idle accelerators cost a month where each job is busy for `au` of the time, in the order of
// need.jobs, storage standing in the cloud or not.
double idle_costs(const Need& need, std::span<const double> au, const PriceBook& prices,
                  double accelerator_hour, bool cloud);

// What these pauses cost in idle accelerators, a month: no design's idle money is less.
double pause_costs(const Design& design, const Need& need, const PriceBook& prices, double accelerator_hour);

// What all the jobs' accelerators cost for an hour of running, duty counted, storage standing in the
// cloud or not; 0 where no accelerator has a price.
double hour_of_all(const Need& need, const PriceBook& prices, double accelerator_hour, bool cloud);

}  // namespace aforo
