#include "plan/requirement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "pipeline/readers.h"
#include "plan/au_form.h"
#include "plan/kernel_reads.h"
#include "workload/checkpoint.h"

namespace aforo {
namespace {

// Phi^-1 by Newton's method on erfc: a handful of steps, exact to double precision for the p used here.
double normal_quantile(double p) {
  double x = 0;
  for (int i = 0; i < 60; ++i) {
    const double error = 0.5 * std::erfc(-x / std::sqrt(2.0)) - p;
    const double density = std::exp(-x * x / 2) / std::sqrt(2 * M_PI);
    const double step = std::clamp(error / density, -0.5, 0.5);
    x -= step;
    if (std::abs(step) < 1e-14) break;
  }
  return x;
}

Bytes whole(double bytes) { return {static_cast<std::uint64_t>(std::llround(bytes))}; }

void requests(const Workload& w, const Access& access, Requirement& out) {
  const KernelReads seen = kernel_reads(access, w.dataset, w.loader);
  out.requests_per_sample = seen.requests_per_sample;
  out.request_bytes = seen.request_bytes;
}

// Files that stay open (ranges) are opened once in an epoch by each of their readers, and an epoch lasts
// samples / rate.
void metadata(const Workload& w, const Access& access, Requirement& out) {
  const Seconds pass{static_cast<double>(w.dataset.samples) / out.samples.value};
  const PerSecond kept = w.accelerator.count * access.first_opens / pass;
  out.opens = out.samples * access.opens_per_sample + std::min(out.samples, kept);
  out.metadata = out.opens * kMetadataPerOpen;
}

// What lets more samples be in reading at once.
std::string more_readers(const Workload& w) {
  const Readers readers = readers_of(w);
  if (readers.have_room()) return "more workers";
  return readers.own_shards ? "more, smaller shards: " + lack_of_shards(readers, w.loader.workers)
                            : "a deeper prefetch";
}

// Little's law: samples in reading = rate x time per sample.
void latency(const Workload& w, const Access& access, Requirement& out) {
  const double n = w.accelerator.count, batch = static_cast<double>(w.loader.batch_size);
  const double preprocess = law_mean(w.loader.preprocess);
  double mean = 0;
  if (access.order == BatchOrder::kOnDemand) {
    // The rank loads its own batch while its accelerator waits: t = Z / (Z + B x time).
    mean = law_mean(w.accelerator.step_time) * (1 - out.target) / (out.target * batch);
  } else {
    out.concurrency = n * static_cast<double>(access.readers);
    mean = out.concurrency / out.samples.value;
  }
  out.sample_latency = {std::max(0.0, mean - preprocess)};
  out.request_latency = out.sample_latency / out.requests_per_sample;
  if (mean <= preprocess)
    out.warnings.push_back(
        fmt::format("preprocessing alone takes {} of the {} that a sample may take: no storage is fast "
                    "enough; {}",
                    format_seconds({preprocess}), format_seconds({mean}), more_readers(w)));
}

// The expected slowest of all producers, each averaged over the batches it may run ahead: 2.5 P - 1 (fitted
// to simulations, see the document).
void straggler(const Workload& w, const Access& access, Requirement& out) {
  if (!w.training.synchronous || w.accelerator.count < 2) return;
  const double batch_cv = law_cv(w.dataset.sample_size) / std::sqrt(static_cast<double>(w.loader.batch_size));
  const double lines = access.order == BatchOrder::kByWorker ? static_cast<double>(access.producers) : 1;
  const double ahead = static_cast<double>(access.window_batches) / lines;
  const double averaged = access.order == BatchOrder::kOnDemand ? 1 : std::max(1.0, 2.5 * ahead - 1);
  out.straggler = 1 + expected_largest_normal(w.accelerator.count * lines) * batch_cv / std::sqrt(averaged);
}

void window(const Workload& w, const Access& access, Requirement& out) {
  const auto batches = static_cast<double>(access.window_batches);
  // A read that lasts no longer than the batches that are ready beyond it stops no step.
  if (access.order != BatchOrder::kOnDemand)
    out.sample_latency_p99 = Seconds{batches * law_mean(w.accelerator.step_time) / out.target};
  const double samples = batches * static_cast<double>(w.loader.batch_size);
  const double held = samples + static_cast<double>(access.shuffle_samples);
  out.window_per_accelerator = whole(held * access.sample_bytes);
  out.startup_burst = whole(w.accelerator.count * held * access.bytes_per_sample);
}

void hosts(const Workload& w, const RequirementAsk& ask, Requirement& out) {
  // Gbit/s. Published: the rates of IEEE 802.3 Ethernet that are sold.
  static constexpr std::array kLinks{1.0, 10.0, 25.0, 40.0, 50.0, 100.0, 200.0, 400.0, 800.0};
  const std::uint32_t n = w.accelerator.count, per_host = std::min(n, ask.accelerators_per_host);
  out.hosts = (n + ask.accelerators_per_host - 1) / ask.accelerators_per_host;
  out.memory_per_host = out.window_per_accelerator * per_host;
  out.network_per_host = out.read * per_host / n;
  out.network_per_host_full = out.read_full * per_host / n;
  if (out.checkpoint_write) out.network_checkpoint = *out.checkpoint_write * per_host / n;
  const BytesPerSecond most = std::max(out.network_per_host_full, out.network_checkpoint);
  for (const double gbit : kLinks)
    if (gbit * 1e9 / 8 >= most.value) {
      out.link_gbit = gbit;
      break;
    }
}

void epochs(const Workload& w, const RequirementAsk& ask, const Access& access, Requirement& out) {
  const std::uint64_t global = w.loader.batch_size * w.accelerator.count;
  out.steps_per_epoch = w.dataset.samples / global;
  if (!w.loader.drop_last && w.dataset.samples % global != 0) ++out.steps_per_epoch;
  if (w.training.steps > 0) out.steps_per_epoch = w.training.steps;
  if (out.steps_per_epoch > 0)
    out.epoch =
        Seconds{static_cast<double>(out.steps_per_epoch) * law_mean(w.accelerator.step_time) / out.target};
  else
    out.warnings.push_back(fmt::format(
        "the dataset has {} samples, but one step of {} accelerator{} takes {}: it has no whole step, so "
        "epoch figures are left out",
        format_count(static_cast<double>(w.dataset.samples)), w.accelerator.count,
        w.accelerator.count == 1 ? "" : "s", format_count(static_cast<double>(global))));
  if (ask.capacity) out.capacity_scan = *ask.capacity / out.read;
  if (!out.epoch || out.target >= 1) return;
  const auto first = static_cast<double>(w.loader.batch_size + access.shuffle_samples);
  const Seconds start = *out.epoch * ((1 - out.target) * kStartShare);
  out.read_peak = std::max(
      out.read_full, BytesPerSecond{w.accelerator.count * first * access.bytes_per_sample / start.value});
}

// With a time between failures Young's interval tau = sqrt(2 delta M), with which writing takes the share
// delta / (tau + delta) = 0.05 where delta = 2 M (0.05 / 0.95)^2. Else the interval that the workload states
// says how long writing may take.
void checkpoints(const Workload& w, const RequirementAsk& ask, Requirement& out) {
  const double share = kCheckpointTimeShare / (1 - kCheckpointTimeShare);
  out.checkpoint_read = *out.checkpoint / kRestoreWithin;
  if (ask.failures) {
    const Seconds writing = *ask.failures * (2 * share * share);
    out.checkpoint_every = young_interval(writing, *ask.failures);
    out.checkpoint_write = *out.checkpoint / writing;
    if (w.checkpoint.every.value > 0)
      out.warnings.push_back(
          fmt::format("'{}' is taken to write a checkpoint every {}, Young's interval for a failure every "
                      "{}, not every {}",
                      w.name, format_seconds(*out.checkpoint_every), format_seconds(*ask.failures),
                      format_seconds(w.checkpoint.every)));
  } else if (w.checkpoint.every.value > 0) {
    out.checkpoint_every = w.checkpoint.every;
    out.checkpoint_write = *out.checkpoint / (w.checkpoint.every * share);
  } else {
    out.warnings.push_back(fmt::format(
        "nothing says how often '{}' writes a checkpoint: writing is left out; set checkpoint.every, or give "
        "--failure-every to size",
        w.name));
  }
}

void capacity(const Workload& w, const RequirementAsk& ask, double sample, Requirement& out) {
  out.dataset = whole(static_cast<double>(w.dataset.samples) * sample);
  Bytes needed = out.dataset;
  if (w.checkpoint.any()) {
    out.checkpoint = checkpoint_bytes(w.checkpoint);
    needed += *out.checkpoint * kCheckpointsKept;
    checkpoints(w, ask, out);
  }
  out.capacity = ask.capacity.value_or(needed);
  if (out.capacity < needed)
    throw UserError(
        fmt::format("expected --capacity to hold the job '{}', which needs {} (dataset {}{}), but found {}; "
                    "raise --capacity or lower dataset.samples",
                    w.name, format_bytes(needed), format_bytes(out.dataset),
                    out.checkpoint ? " and 2 checkpoints" : "", format_bytes(out.capacity)));
}

void check(const Workload& w, const RequirementAsk& ask) {
  const double target = w.training.au_target;
  if (!(target > 0 && target <= 1))
    throw UserError(fmt::format(
        "expected a utilisation target above 0 and at most 1, found {}; give --target 0.9 or --target 90%",
        target));
  if (w.accelerator.count == 0 || ask.accelerators_per_host == 0)
    throw UserError(
        "expected at least one accelerator and one per host, found 0; give --accelerators and --per-host");
  if (!(law_mean(w.accelerator.step_time) > 0))
    throw UserError(fmt::format("expected a step time above 0 for '{}', found 0; give --step-time", w.name));
  if (!(law_mean(w.dataset.sample_size) > 0) || w.dataset.samples == 0)
    throw UserError(
        fmt::format("expected '{}' to have samples and a sample size, found none; set dataset.samples and "
                    "dataset.sample_size, or give --dataset",
                    w.name));
}

}  // namespace

double expected_largest_normal(double n) {
  if (n <= 1) return 0;
  return normal_quantile((n - 0.375) / (n + 0.25));
}

Requirement requirement(const Workload& w, const RequirementAsk& ask) {
  check(w, ask);
  if (ask.failures && !(ask.failures->value > 0))
    throw UserError("expected a time above 0 between failures, found 0; give --failure-every as in 20h");
  Requirement out;
  const Access access = access_of(w);
  const double sample = access.bytes_per_sample;  // asked of storage for one that is delivered
  const double global_batch = static_cast<double>(w.loader.batch_size) * w.accelerator.count;
  out.target = w.training.au_target;
  out.samples_full = global_batch / Seconds{law_mean(w.accelerator.step_time)};
  out.samples = out.samples_full * out.target;
  out.read_full = {out.samples_full.value * sample};
  out.read = {out.samples.value * sample};
  straggler(w, access, out);
  out.read_with_headroom = out.read * out.straggler;
  requests(w, access, out);
  out.iops = out.samples * out.requests_per_sample;
  metadata(w, access, out);
  latency(w, access, out);
  capacity(w, ask, access.sample_bytes, out);
  window(w, access, out);
  hosts(w, ask, out);
  out.startup_fill = out.startup_burst / out.read;
  epochs(w, ask, access, out);
  return out;
}

}  // namespace aforo
