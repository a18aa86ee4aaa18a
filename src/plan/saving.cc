#include "plan/saving.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "model/curve.h"
#include "model/write_mix.h"
#include "pipeline/plan_job.h"
#include "plan/job_hosts.h"
#include "plan/predict_verdict.h"
#include "sim/simulate_saving.h"
#include "workload/access.h"
#include "workload/checkpoint.h"

namespace aforo {
namespace {

const TierSpec* tier_that_writes(const StorageSpec& storage, const CheckpointPlan& plan) {
  for (const TierSpec& tier : storage.tiers)
    if (write_curve_for(tier.writes, plan) != nullptr) return &tier;
  return nullptr;
}

// Reads from storage itself at `factor` of their rates; what caches answer stays.
StorageSpec slower_reads(StorageSpec storage, double factor) {
  for (TierSpec& tier : storage.tiers)
    for (ReadCurve& curve : tier.curves)
      if (!curve.cached)
        for (CurvePoint& point : curve.points) point.rate = point.rate * factor;
  return storage;
}

// Readers that keep a job at `wanted` operations per second, of which so many have `rate(readers)`; all of them where
// storage cannot: whoever waits for data reads with all that he has.
double readers_under_way(const std::function<PerSecond(double)>& rate, PerSecond wanted, double all) {
  double low = 0, high = all;
  if (rate(all) <= wanted) return all;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    (rate(middle) < wanted ? low : high) = middle;
  }
  return high;
}

struct Beside {
  double reads_left = 1, writes_left = 1;
};

// Of each, where the job reads at its pace and `writers` write. Storage without a curve of these reads: nothing is known
// to be lost.
Beside beside_of(const PredictOptions& options, const Prediction& alone, const TierSpec& tier,
                 const CheckpointPlan& plan, double writers) {
  const Access access = access_of(options.workload);
  const double hosts = job_hosts(options.workload.accelerator.count, options.ranks_per_host);
  const auto reads = OperationCurve::find(tier.curves, access.kind, options.workload.loader.read_mode, false,
                                          std::max(access.operation_bytes(), 1.0), hosts);
  if (!reads) return {};
  const double from_cache = alone.cache_hit_share.value_or(0);
  const PerSecond wanted{alone.samples.value * access.operations_per_sample() * (1 - from_cache)};
  const double all = static_cast<double>(access.readers) * options.workload.accelerator.count;
  const OperationCurve writes = *writes_for(tier.writes, plan, hosts);
  const WriteShare share = share_for(tier, plan, access.kind, options.workload.loader.read_mode,
                                     std::max(access.operation_bytes(), 1.0));
  // Beside writers more of them are under way than alone.
  const double readers = readers_under_way(
      [&](double n) { return mixed_rates(share, *reads, writes, n, writers).reads; }, wanted, all);
  const MixedRates mixed = mixed_rates(share, *reads, writes, readers, writers);
  const PerSecond most = reads->rate(std::max(readers, 1.0)) * std::min(readers, 1.0);
  return {std::clamp(mixed.reads / most, 1e-3, 1.0),
          std::clamp(mixed.writes / writes.rate(writers), 1e-3, 1.0)};
}

double spread_of(const WriteCurve& curve, double writers) {
  double spread = 0, nearest = HUGE_VAL;
  for (const WritePoint& point : curve.points) {
    const double off = std::abs(std::log(point.writers / std::max(writers, 1.0)));
    if (off < nearest) nearest = off, spread = point.spread;
  }
  return spread / 2;
}

void scale(Prediction& p, double share, double low, double high) {
  p.au *= share;
  p.samples = p.samples * share;
  p.bytes = p.bytes * share;
  p.au_low *= low, p.au_low_50 *= (low + share) / 2;
  p.au_high *= high, p.au_high_50 *= (high + share) / 2;
  if (!p.stalls) return;
  const Seconds held = p.stalls->total * (1 / share - 1);
  p.stalls->checkpoint += held, p.stalls->total += held;
}

std::uint32_t writers_of(const CheckpointShape& shape) {
  std::uint32_t writers = 0;
  for (std::uint32_t rank = 0; rank < shape.ranks(); ++rank) writers += shape.files_of(rank) > 0 ? 1 : 0;
  return writers;
}

}  // namespace

double au_share_beside(Seconds every, Seconds copy, Seconds writing, double rho) {
  const double t = every.value, w = writing.value;
  if (t <= 0) return 1;
  // Written before training has gone on for T: W of it at rho. Else training waits for what is left.
  const double busy = rho * w <= t ? t + (1 - rho) * w : w + std::max(0.0, t - rho * w);
  return t / (copy.value + std::max(busy, w));
}

std::optional<CheckpointPlan> planned_checkpoints(const Workload& workload) {
  const CheckpointSpec& spec = workload.checkpoint;
  if (!spec.any() || (spec.every_steps == 0 && spec.every.value <= 0)) return std::nullopt;
  const auto shape = CheckpointShape::make(spec, workload.accelerator.count);
  if (!shape) throw UserError("checkpoint: " + shape.error());
  CheckpointPlan plan = checkpoint_plan(spec, *shape);
  plan.every_steps = checkpoint_steps(spec, Seconds{law_mean(workload.accelerator.step_time)});
  return plan;
}

namespace {

SimJob saving_job(const PredictOptions& options, const Layout& layout, const CheckpointPlan& plan) {
  SimJob job;
  job.plan.layout = &layout;
  job.plan.loader = options.workload.loader;
  job.plan.ranks = options.workload.accelerator.count;
  job.plan.checkpoint = plan;
  job.ranks_per_host = options.ranks_per_host;
  return job;
}

std::string left_out(const CheckpointPlan& plan) {
  return fmt::format(
      "its checkpoints ({} every {} steps) are left out: the storage file does not say what {} {} writing takes; probe it "
      "with --writes",
      format_bytes(plan.shape.bytes()), plan.every_steps, plan.direct ? "direct" : "buffered",
      plan.sync ? "synced" : "unsynced");
}

// Where the probe's files were much smaller than the checkpoint's; "" elsewhere.
std::string larger_than_probed(const WriteCurve& written, const CheckpointPlan& plan) {
  constexpr double kMuchLarger = 4;
  const double each = static_cast<double>(plan.shape.bytes().value) /
                      static_cast<double>(std::max<std::uint64_t>(plan.shape.files(), 1));
  if (written.file.value == 0 || each <= kMuchLarger * static_cast<double>(written.file.value)) return "";
  return fmt::format(
      "the probe wrote files of {}, a checkpoint has files of {} on average: a device whose cache takes the former is "
      "slower then",
      format_bytes(written.file), format_bytes(Bytes{static_cast<std::uint64_t>(each)}));
}

// Where the probe's writes were of another size; "" elsewhere.
std::string other_writes(const WriteCurve& written, const CheckpointPlan& plan) {
  if (written.chunk.value == 0 || !plan.direct) return "";
  const auto [less, more] = std::minmax(written.chunk.value, plan.chunk.value);
  if (more < 2 * less) return "";
  if (plan.chunk < written.chunk && written.per_write.value > 0) return "";  // what that costs was measured
  return fmt::format(
      "the probe wrote {} at a time past the page cache, a checkpoint {}: storage that takes the parts of a large write "
      "side by side is {} then; probe with the job's own workload",
      format_bytes(written.chunk), format_bytes(plan.chunk),
      plan.chunk.value > written.chunk.value ? "faster" : "slower");
}

SavingPrediction saving_of(const CheckpointPlan& plan, const SimSaving& saved, const WriteCurve& written,
                           double au, Seconds step) {
  SavingPrediction out;
  out.bytes = plan.shape.bytes();
  out.every_steps = plan.every_steps;
  out.every = step * (static_cast<double>(plan.every_steps) / std::max(au, 1e-6));
  out.asynchronous = plan.asynchronous;
  out.writers = writers_of(plan.shape);
  out.whole = saved.whole, out.slowest = saved.slowest, out.fastest = saved.fastest, out.rank0 = saved.rank0;
  const double off =
      std::max(plan.asynchronous ? kBesideSpread : kSavingSpread, spread_of(written, out.writers));
  out.whole_low = saved.whole / (1 + off), out.whole_high = saved.whole * (1 + off);
  out.copy = plan.copy;
  out.pause = plan.asynchronous ? plan.copy : saved.whole;
  out.au_without = au;
  return out;
}

double share_with(const SavingPrediction& saving, Seconds whole, double pace) {
  return saving.asynchronous ? au_share_beside(saving.every, saving.copy, whole / saving.writes_left, pace)
                             : saving.every / (saving.every + whole);
}

}  // namespace

void add_saving(Prediction& p, const PredictOptions& options, const Layout& layout,
                const std::function<double(const StorageSpec&)>& again, const std::stop_token& stop) {
  const auto plan = planned_checkpoints(options.workload);
  if (!plan) return;
  const TierSpec* const tier = tier_that_writes(options.storage, *plan);
  const auto saved = tier != nullptr
                         ? simulate_saving(options.storage, saving_job(options, layout, *plan), stop)
                         : std::nullopt;
  if (!saved) {
    p.notes.push_back(left_out(*plan));
    return;
  }
  const WriteCurve& written = *write_curve_for(tier->writes, *plan);
  p.saving =
      saving_of(*plan, *saved, written, p.au, Seconds{law_mean(options.workload.accelerator.step_time)});
  SavingPrediction& out = *p.saving;
  if (plan->asynchronous) {
    const Beside beside = beside_of(options, p, *tier, *plan, out.writers);
    out.writes_left = beside.writes_left;
    out.reads_left = beside.reads_left;
    if (beside.reads_left < 1 && p.au > 0)
      out.pace_beside = std::clamp(again(slower_reads(options.storage, beside.reads_left)) / p.au, 1e-3, 1.0);
  }
  if (std::string note = larger_than_probed(written, *plan); !note.empty())
    p.notes.push_back(std::move(note));
  if (std::string note = other_writes(written, *plan); !note.empty()) p.notes.push_back(std::move(note));
  const double pace = out.pace_beside, share = share_with(out, out.whole, pace);
  scale(p, share, share_with(out, out.whole_high, pace * kPaceLow),
        share_with(out, out.whole_low, pace + (1 - pace) * kPaceHigh));
  judge_with_checkpoints(p, share, options.workload);
}

}  // namespace aforo
