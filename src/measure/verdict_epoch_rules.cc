// The rules on what stands beside the storage's own pace: pauses for checkpoints, a cache that begins
// empty, the first batch of every epoch.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "measure/verdict_rules.h"

namespace aforo {
namespace {

double au_without(const Evidence& e, double share) {
  return std::min(1.0, e.compute_share / std::max(1e-9, 1 - share));
}

// Whether what stands beside the storage's own pace is to be named, `share` of the time: where the target is
// met without it, or where it is half of what is lost or more, so that the rest is to be judged after it.
bool decides(const Evidence& e, double share) {
  if (share < kNoticeable || e.au >= e.au_target) return false;
  return au_without(e, share) >= e.au_target || share >= kHalf * (1 - e.compute_share);
}

std::string without_it(const Evidence& e, double share) {
  const double au = au_without(e, share);
  return fmt::format("without them AU is {}{}", format_percent(au),
                     au < e.au_target ? ", which misses the target too" : "");
}

// How many times as rare, or as short, what takes `share` must be for the target: what is left for it beside
// the rest. 0 where nothing is.
double times_less(const Evidence& e, double share) {
  const double left = e.compute_share / e.au_target - (1 - share);
  return left > 0 ? share / left : 0;
}

// So many epochs reach the target where the first takes as long as it does and the others as they do: with
// f and l the AU of either, E epochs need 1 / f + (E - 1) / l and may take E / target.
double epochs_needed(const Evidence& e) {
  const double first = 1 / std::max(1e-9, *e.first_epoch_au), later = 1 / std::max(1e-9, *e.later_epochs_au);
  const double allowed = 1 / e.au_target;
  return allowed > later ? std::ceil((first - later) / (allowed - later)) : 0;
}

// Steps an epoch with which the target is met, where its first batch takes as long as it does now and the
// steps after it go as they do: n Z / (n Z / a + s) = target, of a the AU after the start and s its time. 0
// where that is not known.
double steps_needed(const Evidence& e) {
  const double after = au_without(e, e.start_up_share), step = e.step_time.value;
  if (e.steps <= 0 || step <= 0 || after <= e.au_target || e.compute_share <= 0) return 0;
  const double start = e.start_up_share / e.compute_share * e.steps * step;
  return std::ceil(e.au_target * start / (step * (1 - e.au_target / after)));
}

// Whether what comes after an epoch's first batch shows the storage's pace. What is read ahead comes with that batch:
// of an epoch that ends there it shows nothing, and all that is known is that as many batches as there are producers
// took the start, Z E s / c of s and c the shares of start and compute in E steps of Z.
bool sustains(const Evidence& e) {
  if (e.steps <= 0 || e.steps > std::max(1.0, e.window_batches)) return true;
  return std::max(1.0, e.producers) * e.compute_share >= e.au_target * e.start_up_share * e.steps;
}

}  // namespace

std::optional<Finding> checkpoints(const Evidence& e) {
  const double share = e.checkpoint_share;
  if (share < std::max(e.cold_share, e.start_up_share) || !decides(e, share)) return std::nullopt;
  const double less = times_less(e, share);
  const std::string flag = less > 0 ? fmt::format("pauses {} times as rare or as short", format_count(less))
                                    : "rarer or shorter pauses";
  return Finding{
      Limit::kCheckpoints,
      fmt::format("training stands still for checkpoints {} of the time, {}; {}", format_percent(share),
                  without_it(e, share), au_clause(e)),
      {flag + ": more steps between two (checkpoint.every_steps, or --checkpoint-every), or a shorter pause",
       "storage that writes faster, or more accelerators that write at once",
       "checkpoints that are copied to memory first and written while training goes on"},
      flag};
}

std::optional<Finding> cold_cache(const Evidence& e) {
  if (!e.first_epoch_au || !e.later_epochs_au || e.null_storage) return std::nullopt;
  // Counted, and there was no cache: then the first epoch was slow for another reason.
  if (!e.predicted && e.cache_share >= 0 && e.cache_share < kNoticeable) return std::nullopt;
  if (e.cold_share < std::max(e.checkpoint_share, e.start_up_share) || !decides(e, e.cold_share))
    return std::nullopt;
  const double needed = epochs_needed(e);
  std::vector<std::string> advice;
  if (needed > e.epochs)
    advice.push_back(fmt::format("{} epochs reach the target: --epochs {:.0f}, where the job has as many",
                                 format_count(needed), needed));
  advice.emplace_back("fill the cache before the job starts: stage the data, or read it once");
  advice.emplace_back("faster storage behind the cache: the first epoch reads all of it from there");
  return Finding{
      Limit::kColdCache,
      fmt::format(
          "the first epoch runs at AU {} and later ones at {}, since the cache begins empty: that takes "
          "{} of the time, {}",
          format_percent(*e.first_epoch_au), format_percent(*e.later_epochs_au), format_percent(e.cold_share),
          au_clause(e)),
      advice,
      needed > e.epochs ? fmt::format("--epochs {:.0f}, or a cache that is filled before", needed)
                        : "a cache that is filled before"};
}

// What is left of the time after the first batch of every epoch meets the target: a
// short run shows its start. One that shows nothing else is judged by it.
std::optional<Finding> start_up(const Evidence& e) {
  const double after = au_without(e, e.start_up_share);
  if (e.start_up_share < kNoticeable || after < e.au_target || !sustains(e)) return std::nullopt;
  const double needed = steps_needed(e);
  const std::string what = e.predicted ? "the epochs are too short" : "the test is too short";
  const std::string steps = needed > 0 ? fmt::format(": {} steps an epoch, {} would do",
                                                     format_count(e.steps), format_count(needed))
                                       : "";
  const std::string flag = needed > 0 ? fmt::format("--steps {:.0f}", needed) : "longer epochs: --steps N";
  std::vector<std::string> advice = {
      needed > 0 ? flag + ": longer epochs, as a larger dataset has them"
                 : "longer epochs: --steps N, or more samples",
      "workers that stay between epochs and read the next one's first batches ahead"};
  return Finding{
      Limit::kEpochStart,
      fmt::format(
          "storage is not the limit; {}{}: {} of the time is the first batch of each epoch, after it AU is "
          "{}, {}",
          what, steps, format_percent(e.start_up_share), format_percent(after), au_clause(e)),
      advice, flag};
}

}  // namespace aforo
