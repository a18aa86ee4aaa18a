// A design's bill: what storage costs a month, and what the accelerators' idle time
// beside it costs. Pure.
//
// Purchases are paid off over `life.storage` at `interest` (capital recovery) and
// supported at `support` a year:
//
//   month = purchase x (r / (1 - (1 + r)^-n) + support) / 12.
//
// Idle time is (1 - AU) x N x 730 h x duty x the price of an accelerator-hour, per job: of one's own
// on premises, on demand in the cloud, or as asked (accelerator_hour.h). What jobs wait when a drive of a
// cache fails that nothing protects, or a host starts anew whose memory was one (staging.h), is idle time too, on a
// line of its own. All
// amounts are US dollars; a month has 730 hours. Prices are values: a price of 0 is free, an
// item that is missing a bug (std::logic_error). Examples worked by hand: docs/sizing.md
// section 5, money_test.cc.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "catalogue/prices.h"
#include "sizing/bill.h"
#include "sizing/design.h"
#include "sizing/need.h"

namespace aforo {

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

// What idle money counts as utilisation, in the order of need.jobs: what is lost to filling a cache again
// (staging.h) taken off what they are served with.
std::vector<double> paid_utilisations(const Design& design, const Need& need,
                                      const std::vector<Served>& served);

// What a design costs a month whatever it reads, at these prices: its cost lines, purchases paid off.
// No traffic and no idle time.
double fixed_costs(const Design& design, const PriceBook& prices);

// What idle accelerators cost a month where each job is busy for `au` of the time, in the order of
// need.jobs, storage standing in that provider's cloud or on premises (cloud_of).
double idle_costs(const Need& need, std::span<const double> au, const PriceBook& prices,
                  double accelerator_hour, std::optional<Provider> cloud);

// What these pauses cost in idle accelerators, a month: no design's idle money is less.
double pause_costs(const Design& design, const Need& need, const PriceBook& prices, double accelerator_hour);

// What having all the jobs' accelerators there costs a month: of one's own the whole month, of rented ones the hours
// used (duty). 0 where none has a price.
double standing_costs(const Need& need, const PriceBook& prices, double accelerator_hour,
                      std::optional<Provider> cloud);

// What all the jobs' accelerators cost for an hour of running, duty counted, storage standing in that
// provider's cloud or on premises; 0 where no accelerator has a price.
double hour_of_all(const Need& need, const PriceBook& prices, double accelerator_hour,
                   std::optional<Provider> cloud);

}  // namespace aforo
