#include "plan/simulated_part.h"

#include <algorithm>
#include <utility>

#include "plan/storage_part.h"

namespace aforo {
namespace {

// Chosen: a dozen simulations of a part cost less than one of the whole.
constexpr std::uint32_t kFewestParts = 4, kMostParts = 32;

}  // namespace

std::optional<SimulatedPart> part_of(const SimulatedCase& c, const StorageSpec& storage,
                                     std::uint32_t most_whole) {
  const Ranks& ranks = c.plan.ranks;
  if (ranks.all <= most_whole || !c.others.empty() || c.ranks_per_host == 0) return std::nullopt;
  const std::uint32_t least = std::max(most_whole / kFewestParts, ranks.all / kMostParts);
  const std::uint32_t hosts = (least + c.ranks_per_host - 1) / c.ranks_per_host;
  const std::uint64_t here = std::uint64_t{hosts} * c.ranks_per_host;
  if (here * 2 > ranks.all) return std::nullopt;
  SimulatedPart out{c, {}, static_cast<double>(here) / ranks.all};
  out.job.plan.ranks = {0, static_cast<std::uint32_t>(here), ranks.all};
  auto part = storage_part(storage, out.share, static_cast<double>(here));
  if (!part) return std::nullopt;
  out.storage = *std::move(part);
  return out;
}

}  // namespace aforo
