#include "cli/live_trail.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "cli/live_line.h"

namespace aforo {
namespace {

// All chosen: rates that follow what happens without dancing; steps that take seconds.
constexpr Seconds kRatesOver{2}, kStatesOver{5}, kLongest{30};
constexpr std::size_t kMostHistory = 512;

struct States {
  double compute = 0, data = 0, others = 0, checkpoint = 0;
  double sum() const { return compute + data + others + checkpoint; }
};

// What ranks did between two looks; nothing where they are not of the same ranks.
States between(const RankStates& a, const RankStates& b) {
  if (a.first != b.first || a.ranks != b.ranks) return {};
  return {(b.compute - a.compute).value, (b.load_wait - a.load_wait).value,
          (b.barrier_wait - a.barrier_wait).value, (b.checkpoint - a.checkpoint).value};
}

std::vector<States> between(const std::vector<RankStates>& a, const std::vector<RankStates>& b) {
  std::vector<States> out(b.size());
  for (std::size_t i = 0; i < b.size(); ++i)
    out[i] = between(i < a.size() ? a[i] : RankStates{b[i].first, b[i].ranks}, b[i]);
  return out;
}

States total(const std::vector<States>& all) {
  States out;
  for (const States& one : all) {
    out.compute += one.compute;
    out.data += one.data;
    out.others += one.others;
    out.checkpoint += one.checkpoint;
  }
  return out;
}

std::string name_of(const RankStates& ranks) {
  return ranks.ranks == 1 ? fmt::format("{}", ranks.first)
                          : fmt::format("{}-{}", ranks.first, ranks.first + ranks.ranks - 1);
}

std::optional<Seconds> known(Seconds time) { return time.value > 0 ? std::optional(time) : std::nullopt; }

}  // namespace

// The youngest look that is so old, or the oldest there is.
const LiveTrail::Look& LiveTrail::before(Seconds span) const {
  for (auto look = looks_.rbegin(); look != looks_.rend(); ++look)
    if (look->at + span <= looks_.back().at) return *look;
  return looks_.front();
}

void LiveTrail::remember(Seconds now, std::optional<double> au) {
  if (now < next_) return;
  next_ = now + history_step_;
  history_.push_back(au.value_or(std::numeric_limits<double>::quiet_NaN()));
  if (history_.size() < kMostHistory) return;
  std::vector<double> half;
  for (std::size_t i = 0; i + 1 < history_.size(); i += 2)
    half.push_back((history_[i] + history_[i + 1]) / 2);
  history_ = std::move(half);
  history_step_ = history_step_ * 2;
}

LiveScreen LiveTrail::take(const Progress& progress) {
  LiveScreen out;
  out.line = live_status(progress, rate_word_);
  if (!progress.job) return out;
  const JobProgress& job = *progress.job;
  if (!looks_.empty() && looks_.back().at > progress.elapsed) looks_.clear();
  looks_.push_back({progress.elapsed, job.bytes_read, job.bytes_from_storage, job.ranks});
  while (looks_.front().at + kLongest < progress.elapsed) looks_.pop_front();

  out.line.epochs = job.epochs;
  out.workload = job.workload;
  out.place = job.place;
  out.engine = job.engine;
  out.accelerators = job.accelerators;
  if (job.au_target > 0) out.au_target = job.au_target;
  out.read_p50 = known(job.read_p50);
  out.read_p99 = known(job.read_p99);
  out.in_flight = job.in_flight;
  out.failed = job.failed;
  const Look& rates = before(kRatesOver);
  if (const Seconds took = progress.elapsed - rates.at; took.value > 0) {
    out.read = BytesPerSecond{(job.bytes_read - rates.read) / took.value};
    if (job.bytes_from_storage && rates.served)
      out.from_storage = BytesPerSecond{(*job.bytes_from_storage - *rates.served) / took.value};
  }
  // Of steps that take long none may have ended lately.
  std::vector<States> did = between(before(kStatesOver).ranks, job.ranks);
  if (total(did).sum() <= 0) did = between(looks_.front().ranks, job.ranks);
  if (const States all = total(did); all.sum() > 0) out.au_now = all.compute / all.sum();
  for (std::size_t i = 0; i < did.size(); ++i) {
    const States& one = did[i];
    const double sum = one.sum() > 0 ? one.sum() : 1;
    out.ranks.push_back(
        {name_of(job.ranks[i]), one.compute / sum, one.data / sum, one.others / sum, one.checkpoint / sum});
  }
  remember(progress.elapsed, out.au_now);
  out.au_history = history_;
  out.history_step = history_step_;
  return out;
}

}  // namespace aforo
