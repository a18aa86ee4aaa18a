// What lines of designs cost a month at one set of prices, without making the designs: thousands of sizes
// are compared by it. Not thread-safe: what a drive or a server comes to is reckoned once and kept.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "catalogue/prices.h"
#include "sizing/design_line.h"
#include "sizing/money.h"

namespace aforo {

// USD a month of a line's parts.
struct LineCosts {
  // Behind, with all copies: without drives; a drive, its share of spares included.
  double server = 0, drive = 0;
  double tier_server = 0, tier_drive = 0;  // in front likewise
  double spare = 0, tier_spare = 0;        // one that lies on the shelf
  double fixed = 0;                        // in the accelerator hosts, and a backup
};

class LinePrices {
 public:
  // `accelerator_hour` > 0 replaces the terms. `prices` outlive it.
  LinePrices(const PriceBook& prices, const Need& need, double accelerator_hour);

  // The lines of one ask: what stands in the accelerator hosts is the same for all.
  LineCosts costs_of(const DesignLine& line);

  // What accelerators cost a month that are all busy for `au` of the time: the same for every job.
  double idle(double au) const { return (1 - au) * idle_all_; }
  // Each for its own, in the order of need.jobs.
  double idle(std::span<const double> au) const;

 private:
  double month(const Shelf& shelf) const;
  // Of a drive in a server, of a server, and of a spare.
  double drive_month(const Drive& drive);
  double server_month(const ShelfParts& parts);
  double spare_month(const Drive& drive) const;

  const PriceBook& prices_;
  double monthly_ = 0;        // of a purchase of 1
  double copies_ = 1;         // of what stands behind
  double backup_ = 0;         // a month
  std::vector<double> idle_;  // of each job that never computes
  double idle_all_ = 0;       // their sum
  std::map<const Drive*, double> drives_;
  std::map<std::pair<const Drive*, std::uint32_t>, double> hosts_;
  std::map<std::pair<const StorageNode*, const Nic*>, double> servers_;
  std::optional<double> client_;
};

// Storage of that size a month, to the cent what the design's bill says of it.
double cost_of(const LineCosts& costs, const DesignLine& line, const LineSize& size);

// No more than that, and linear in the servers behind: spares are not rounded up.
double least_cost_of(const LineCosts& costs, const DesignLine& line, const LineSize& size);

}  // namespace aforo
