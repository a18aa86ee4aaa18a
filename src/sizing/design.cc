#include "sizing/design.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aforo {
namespace {

// Chosen. Twice and three times what was asked are what a larger drive, or drives enough for bandwidth, come
// to; beyond that it is a machine for another question.
constexpr double kMostOverWanted = 4, kManyOverWanted = 2;
constexpr Bytes kLeastDrive{8'000'000'000'000};  // chosen: no host is sold with much less
constexpr std::uint32_t kManyDrives = 1000;

}  // namespace

std::string_view to_string(Family family) {
  switch (family) {
    case Family::kFlashTlc:
      return "all-flash TLC";
    case Family::kFlashQlc:
      return "all-flash QLC";
    case Family::kHybrid:
      return "hybrid flash + HDD";
    case Family::kHdd:
      return "HDD";
    case Family::kLocalHdd:
      return "local NVMe + HDD";
    case Family::kHostNvme:
      return "host NVMe";
    case Family::kHostMemory:
      return "host memory";
    case Family::kHotFlash:
      return "hot flash + HDD archive";
    case Family::kHotHost:
      return "host NVMe + HDD archive";
    case Family::kCloudObject:
      return "cloud object store";
    case Family::kCloudObjectLocal:
      return "cloud object store + local NVMe";
    case Family::kCloudFile:
      return "cloud file service";
    case Family::kCloudBlock:
      return "cloud block storage";
    case Family::kCloudHotHost:
      return "host NVMe + object archive";
    case Family::kCloudHotFile:
      return "cloud file service + object archive";
  }
  return "";
}

std::string_view short_name(Family family) {
  switch (family) {
    case Family::kCloudObjectLocal:
      return "cloud object + NVMe";
    case Family::kHotFlash:
      return "flash + HDD archive";
    case Family::kHotHost:
      return "NVMe + HDD archive";
    case Family::kCloudHotHost:
      return "NVMe + object store";
    case Family::kCloudHotFile:
      return "file + object store";
    default:
      return to_string(family);
  }
}

bool oversized(const Design& d, Bytes wanted) {
  // Memory is there anyhow, and no host has less than one drive of the least.
  if (d.family == Family::kHostMemory) return false;
  if (d.family == Family::kHostNvme && d.main.drives <= d.hosts && d.main.drive->capacity <= kLeastDrive)
    return false;
  const double times =
      wanted.value > 0 ? static_cast<double>(d.usable.value) * d.copies / static_cast<double>(wanted.value)
                       : 0;
  return times > kMostOverWanted || (d.main.drives >= kManyDrives && times > kManyOverWanted);
}

namespace {

// What lies beyond a tier's start is charged at its item, as far as the next.
template <class Gigabytes>
std::vector<CostLine> band_lines(const std::string& first, const std::vector<PriceTier>& tiers, double bytes,
                                 const Gigabytes& gigabytes, const std::string& label) {
  std::vector<CostLine> out;
  const std::string* item = &first;
  double from = 0;
  const auto add = [&](double to) {
    const double quantity = gigabytes(std::min(bytes, to) - from);
    const std::string beyond =
        from > 0 ? fmt::format(", beyond {}", bytes_decimal({static_cast<std::uint64_t>(from)})) : "";
    if (quantity > 0) out.push_back({label + beyond, *item, quantity, "", false});
    from = to;
  };
  for (const PriceTier& tier : tiers) {
    add(static_cast<double>(tier.from.value));
    item = &tier.price;
  }
  add(std::max(bytes, from));
  return out;
}

}  // namespace

std::vector<CostLine> storage_lines(const CloudService& service, double bytes, const std::string& label) {
  const auto billed = [&](double part) { return billed_gb(service.provider, part); };
  return band_lines(service.storage_price, service.storage_tiers, bytes, billed, label);
}

std::vector<CostLine> egress_lines(const EgressPrice& egress, double bytes, const std::string& label) {
  const auto decimal = [](double part) { return part / 1e9; };
  return band_lines(egress.price, egress.tiers, bytes, decimal, label);
}

std::string protection_text(const Shelf& shelf) {
  if (shelf.parity == 0) return "no protection";
  if (shelf.data == 1) return fmt::format("{} copies", 1 + shelf.parity);
  return fmt::format("{}+{}", shelf.data, shelf.parity);
}

std::string bytes_decimal(Bytes bytes) {
  const double value = static_cast<double>(bytes.value);
  if (value >= 1e15) return fmt::format("{:.4g} PB", value / 1e15);
  if (value >= 1e12) return fmt::format("{:.4g} TB", value / 1e12);
  return fmt::format("{:.4g} GB", value / 1e9);
}

}  // namespace aforo
