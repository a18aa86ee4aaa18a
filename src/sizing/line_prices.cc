#include "sizing/line_prices.h"

#include <algorithm>
#include <cmath>

#include "sizing/extra_lines.h"
#include "sizing/payments.h"

namespace aforo {
namespace {

// As many servers as make whole spare drives, so that rounding is in no part.
constexpr std::uint32_t kMany = 50;

// What rounding adds to the spares that are in every drive's share.
double rounded_up(std::uint32_t drives, double spare) {
  const double share = kSpareDrives * drives;
  return (std::max(1.0, std::ceil(share)) - share) * spare;
}

}  // namespace

LinePrices::LinePrices(const PriceBook& prices, const Need& need, double accelerator_hour)
    : prices_(prices),
      monthly_(monthly_of_purchase(prices)),
      copies_(need.extras.copies),
      backup_(backup_costs(need, prices)) {
  for (std::size_t i = 0; i < need.jobs.size(); ++i) {
    std::vector<double> busy(need.jobs.size(), 1);
    busy[i] = 0;
    idle_.push_back(idle_costs(need, busy, prices, accelerator_hour, std::nullopt));
    idle_all_ += idle_.back();
  }
}

double LinePrices::idle(std::span<const double> au) const {
  double sum = 0;
  for (std::size_t i = 0; i < idle_.size(); ++i) sum += (1 - au[i]) * idle_[i];
  return sum;
}

double LinePrices::month(const Shelf& shelf) const {
  Design d;
  add_shelf_costs(shelf, d.costs);
  return fixed_costs(d, prices_);
}

double LinePrices::drive_month(const Drive& drive) {
  const auto [found, is_new] = drives_.try_emplace(&drive);
  if (is_new) {
    static const StorageNode node{};  // neither costs anything
    static const Nic nic{};
    found->second = month({&drive, &node, &nic, kMany, kMany, 1, 0}) / kMany;
  }
  return found->second;
}

double LinePrices::server_month(const ShelfParts& p) {
  const auto [found, is_new] = servers_.try_emplace({p.node, p.nic});
  if (is_new)
    found->second = month({p.drive, p.node, p.nic, kMany, kMany, 1, 0}) / kMany - drive_month(*p.drive);
  return found->second;
}

double LinePrices::spare_month(const Drive& drive) const {
  return in_bytes(drive.capacity) / 1e12 * prices_.at(drive.price).value * monthly_;
}

LineCosts LinePrices::costs_of(const DesignLine& line) {
  LineCosts out;
  out.server = copies_ * server_month(line.main);
  out.drive = copies_ * drive_month(*line.main.drive);
  out.spare = copies_ * spare_month(*line.main.drive);
  if (line.has_tier()) {
    out.tier_server = server_month(line.tier);
    out.tier_drive = drive_month(*line.tier.drive);
    out.tier_spare = spare_month(*line.tier.drive);
  }
  if (line.has_host_flash()) {
    const auto [found, is_new] = hosts_.try_emplace({line.tier.drive, line.host_drives});
    if (is_new) found->second = month(host_shelf(line));
    out.fixed += found->second;
  }
  if (!client_) {
    Design d;
    add_client_costs(line, d.costs);
    client_ = fixed_costs(d, prices_);
  }
  out.fixed += *client_ + backup_;
  return out;
}

double least_cost_of(const LineCosts& costs, const DesignLine& line, const LineSize& size) {
  double out = costs.fixed + size.main * (costs.server + line.per_node * costs.drive);
  if (line.has_tier()) out += size.tier * costs.tier_server + tier_drives(line, size.tier) * costs.tier_drive;
  return out;
}

double cost_of(const LineCosts& costs, const DesignLine& line, const LineSize& size) {
  double out = least_cost_of(costs, line, size) + rounded_up(line.per_node * size.main, costs.spare);
  if (line.has_tier()) out += rounded_up(tier_drives(line, size.tier), costs.tier_spare);
  return out;
}

}  // namespace aforo
