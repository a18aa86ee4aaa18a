#include "sizing/offer_chains.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace aforo {
namespace {

// Of a figure that is no limit where it is 0.
template <class Value>
bool limits_no_less(Value less, Value more) {
  return more.value <= 0 || (less.value > 0 && less <= more);
}

bool same_shelf(const Shelf& a, const Shelf& b) {
  return std::tie(a.drive, a.node, a.nic, a.drives, a.nodes, a.data, a.parity) ==
         std::tie(b.drive, b.node, b.nic, b.drives, b.nodes, b.data, b.parity);
}

bool alike(const Design& a, const Design& b) {
  const auto parts = [](const Design& d) {
    return std::tie(d.family, d.service, d.archive, d.copies, d.client_nic, d.client_network.value, d.hosts,
                    d.cores, d.local_cache, d.local_read.value, d.page_cache, d.staged, d.staging_limit,
                    d.losses, d.failed_drive.times, d.failed_drive.lost, d.restarted_host.times,
                    d.restarted_host.lost, d.latency.value);
  };
  return parts(a) == parts(b) && same_shelf(a.main, b.main) && same_shelf(a.fast, b.fast);
}

}  // namespace

bool gives_no_more(const Design& less, const Design& more) {
  return alike(less, more) && less.usable <= more.usable && less.copy <= more.copy &&
         limits_no_less(less.provisioned, more.provisioned) && limits_no_less(less.read, more.read) &&
         limits_no_less(less.fast_read, more.fast_read) && limits_no_less(less.opens, more.opens) &&
         limits_no_less(less.requests, more.requests) && limits_no_less(less.writes, more.writes) &&
         limits_no_less(less.write, more.write) && limits_no_less(less.archive_read, more.archive_read) &&
         less.staging >= more.staging && less.restaging >= more.restaging &&
         less.failed_drive.refill >= more.failed_drive.refill &&
         less.restarted_host.refill >= more.restarted_host.refill;
}

std::vector<std::vector<std::size_t>> chains_of(std::span<const Design* const> designs) {
  std::vector<std::size_t> order(designs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto by_size = [&](std::size_t i) {
    const Design& d = *designs[i];
    return std::tuple(d.family, d.service, d.archive, d.read.value, d.provisioned.value, d.opens.value,
                      d.usable.value, i);
  };
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return by_size(a) < by_size(b); });
  std::vector<std::vector<std::size_t>> out;
  constexpr std::size_t kOpen =
      4;  // chosen: chains side by side that a product has at most, but for a few sizes
  for (const std::size_t i : order) {
    const std::size_t from = out.size() < kOpen ? 0 : out.size() - kOpen;
    const auto longer =
        std::find_if(out.begin() + static_cast<std::ptrdiff_t>(from), out.end(),
                     [&](const auto& chain) { return gives_no_more(*designs[chain.back()], *designs[i]); });
    if (longer != out.end())
      longer->push_back(i);
    else
      out.push_back({i});
  }
  return out;
}

}  // namespace aforo
