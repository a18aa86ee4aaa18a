#include "train/host_part.h"

#include <algorithm>
#include <utility>

#include "base/carry.h"
#include "base/error.h"
#include "hosts/used_together.h"
#include "storage/machine.h"

namespace aforo {
namespace {

UsedThere used_by(const std::vector<HostPart>& parts) {
  std::vector<UsedThere> all;
  for (const HostPart& part : parts)
    all.push_back({part.machine, part.job.usage, part.cores, part.machine_cores});
  return used_together(all);
}

// Of the ranks that follow.
void take_in(MeasuredJob& into, MeasuredJob next) {
  into.result.merge(std::move(next.result));
  into.watch->merge(*next.watch);
  if (into.engine_reason.empty()) into.engine_reason = next.engine_reason;
  into.memory_only = into.memory_only && next.memory_only;
  into.compressed = into.compressed || next.compressed;
  into.io_threads += next.io_threads;
  into.started = std::min(into.started, next.started);
  into.resident += next.resident;
  into.lane_cpu_share.insert(into.lane_cpu_share.end(), next.lane_cpu_share.begin(),
                             next.lane_cpu_share.end());
  into.opens.open.merge(next.opens.open);
  into.opens.observed_open += next.opens.observed_open;
  into.opens.observed_whole += next.opens.observed_whole;
  into.opens.answers.merge(next.opens.answers);
  into.unanswered += next.unanswered;
}

void put_on_clock(MeasuredJob& job, Seconds offset) {
  job.started -= offset;
  if (job.result.first_step.value > 0) job.result.first_step -= offset;
  for (auto& epoch : job.result.epochs)
    for (RankEpoch& rank : epoch) rank.start -= offset, rank.end -= offset;
}

}  // namespace

std::vector<HostPart> gather(Crew& crew, MeasuredJob job, const HostClock& clock) {
  put_on_clock(job, clock.offset);
  HostPart mine{crew.host(),       crew.name(crew.host()), this_machine(),
                available_cores(), cores_of_machine(),     clock,
                Seconds{0},        std::move(job)};
  std::vector<HostPart> all;
  const auto take_all = [&](const Crew::Parts& parts) {
    const std::vector<HostClock> clocks =
        crew.gone().empty() ? crew.measure_clocks() : std::vector<HostClock>{};
    for (std::uint32_t h = 0; h < parts.size(); ++h) {
      if (h == 0) {
        all.push_back(std::move(mine));
        continue;
      }
      if (!parts[h]) continue;
      Unpacker unpacker(*parts[h]);
      unpacker(all.emplace_back());
      if (!unpacker.ok()) throw std::logic_error("gather: a part that is not whole");
      if (h < clocks.size()) all.back().drift = clocks[h].offset - all.back().clock.offset;
    }
    return std::string();
  };
  std::string packed;
  if (!crew.first()) {
    Packer packer;
    packer(mine);
    packed = packer.take();
  }
  crew.exchange(std::move(packed), take_all);
  return all;
}

MeasuredJob merged(std::vector<HostPart> parts) {
  const UsedThere used = used_by(parts);
  std::uint32_t ranks = 0;
  for (const HostPart& part : parts) ranks += part.job.result.ranks.here;
  std::uint32_t first = 0;
  // Neighbours first, as what is merged often grows: entry i, where there is one, holds 2^i parts or more.
  std::vector<std::pair<unsigned, MeasuredJob>> pairs;
  for (HostPart& part : parts) {
    Ranks& here = part.job.result.ranks;
    here = {first, here.here, ranks};
    first += here.here;
    pairs.emplace_back(0u, std::move(part.job));
    while (pairs.size() > 1 && pairs[pairs.size() - 2].first == pairs.back().first) {
      MeasuredJob last = std::move(pairs.back().second);
      pairs.pop_back();
      take_in(pairs.back().second, std::move(last));
      ++pairs.back().first;
    }
  }
  while (pairs.size() > 1) {
    MeasuredJob last = std::move(pairs.back().second);
    pairs.pop_back();
    take_in(pairs.back().second, std::move(last));
  }
  MeasuredJob all = std::move(pairs.front().second);
  all.usage = used.usage;
  all.cores = used.cores;
  return all;
}

}  // namespace aforo
