// A design's bill: what storage costs a month, and what the accelerators' idle time beside it costs. Pure.
//
// Purchases are paid off over `life.storage` at `interest` (capital recovery) and supported at `support` a
// year:
//   month = purchase x (r / (1 - (1 + r)^-n) + support) / 12.
// Idle time is (1 - AU) x N x 730 h x duty x the price of an accelerator-hour, per job.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "catalogue/prices.h"
#include "sizing/design.h"
#include "sizing/need.h"

namespace aforo {

struct BillLine {
  std::string label, item;
  double quantity = 0;
  double month = 0;     // USD
  double purchase = 0;  // USD, once; 0 for what is paid monthly
  bool idle = false;
};

struct Bill {
  std::vector<BillLine> lines;
  double storage = 0, idle = 0;  // USD a month
  double purchase = 0;           // USD, once
  double low = 0, high = 0;      // of the total, by the price book's ranges, taken as independent
  double total() const { return storage + idle; }
};

// How a design serves one job.
struct Served {
  double au = 0, low = 0, high = 0;  // of all the time, pauses for checkpoints included
  std::string limit;
  double missed = 1;  // share of reads that get past the design's caches
};

double capital_recovery(double interest, double years);  // a year's payment for a loan of 1; 1 / years at 0 %
double monthly_of_purchase(const PriceBook& prices);     // a month's payment for a purchase of 1

// `served` in the order of need.jobs. `accelerator_hour` > 0 replaces the price book's.
Bill bill_of(const Design& design, const Need& need, const std::vector<Served>& served,
             const PriceBook& prices, double accelerator_hour);

// The bill's total as its items' prices would make it: what each item contributes, a month.
std::map<std::string, double> contributions(const Bill& bill, const Design& design, const PriceBook& prices);

// Every item that the bill depends on, terms of payment included.
std::set<std::string> items_used(const Bill& bill, const Design& design, const PriceBook& prices);

// Share of the time that all ranks of a job wait for a checkpoint to be written, at the design's bandwidth
// and the requirement's interval. Jobs are taken to write one after another. 0 where either is unknown.
double paused_share(const Design& design, const JobNeed& job);

// What these pauses cost in idle accelerators, a month: no design's idle money is less.
double pause_costs(const Design& design, const Need& need, const PriceBook& prices, double accelerator_hour);

// The item that an accelerator-hour of that job costs; "" where its type is not in the catalogue.
std::string hour_item(const Workload& workload);

}  // namespace aforo
