#include "plan/requirement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "plan/au_form.h"

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

bool packed(const DatasetSpec& dataset) { return dataset.layout != LayoutKind::kFilePerSample; }

// A packed file is read front to back unless a new permutation of all samples is drawn every epoch;
// TensorFlow's reader is sequential inside a file in any case.
bool sequential_inside_files(const Workload& w) {
  return packed(w.dataset) &&
         (w.loader.framework == Framework::kTensorflow || w.loader.shuffle != ShuffleKind::kEpoch);
}

double largest_request(const LoaderSpec& loader, double sample) {
  const double asked = static_cast<double>(loader.transfer_size.value);
  if (loader.framework == Framework::kTensorflow)
    return asked > 0 ? asked : static_cast<double>(kTensorflowBuffer.value);
  if (loader.read_mode == ReadMode::kDirect) return asked > 0 ? asked : sample;
  return std::max(asked, static_cast<double>(kReadahead.value));
}

void requests(const Workload& w, double sample, Requirement& out) {
  const double limit = largest_request(w.loader, sample);
  if (sequential_inside_files(w)) {
    out.requests_per_sample = sample / limit;
    out.request_bytes = limit;
    return;
  }
  if (limit >= sample && w.loader.read_mode == ReadMode::kDirect && w.loader.transfer_size.value == 0) {
    out.requests_per_sample = 1;  // one request whatever the size
  } else if (law_cv(w.dataset.sample_size) > 0) {
    out.requests_per_sample = std::max(1.0, sample / limit + 0.5);
  } else {
    out.requests_per_sample = std::ceil(sample / limit);
  }
  out.request_bytes = sample / out.requests_per_sample;
}

void metadata(const Workload& w, Requirement& out) {
  const double files = static_cast<double>(w.dataset.files());
  if (!packed(w.dataset)) {
    out.opens = out.samples;
  } else if (sequential_inside_files(w)) {
    out.opens = out.samples / static_cast<double>(w.dataset.samples_per_file);
  } else {
    // Random access keeps files open: each worker opens each file at most once per epoch, and an epoch lasts
    // samples / rate.
    const double workers = std::max<double>(1, w.loader.workers) * w.accelerator.count;
    const Seconds pass{static_cast<double>(w.dataset.samples) / out.samples.value};
    out.opens = std::min(out.samples, workers * files / pass);
  }
  out.metadata = out.opens * kMetadataPerOpen;
}

// Little's law: samples in reading = rate x time per sample.
void latency(const Workload& w, Requirement& out) {
  const double n = w.accelerator.count, batch = static_cast<double>(w.loader.batch_size);
  const double preprocess = law_mean(w.loader.preprocess);
  double mean = 0;
  if (w.loader.framework == Framework::kIdeal) {
    out.concurrency = n * std::max<double>(1, w.loader.prefetch) * batch;
    mean = out.concurrency / out.samples.value;
  } else if (w.loader.workers > 0) {
    out.concurrency = n * w.loader.workers;
    mean = out.concurrency / out.samples.value;
  } else {
    // The rank loads its own batch while its accelerator waits: t = Z / (Z + B x time).
    mean = law_mean(w.accelerator.step_time) * (1 - out.target) / (out.target * batch);
  }
  out.sample_latency = {std::max(0.0, mean - preprocess)};
  out.request_latency = out.sample_latency / out.requests_per_sample;
  if (mean <= preprocess)
    out.warnings.push_back(
        fmt::format("preprocessing alone takes {} of the {} that a sample may take: no storage is fast "
                    "enough; more workers",
                    format_seconds({preprocess}), format_seconds({mean})));
}

// The expected slowest of all producers, each averaged over the batches it may run ahead: 2.5 P - 1 (fitted
// to simulations, see the document).
void straggler(const Workload& w, Requirement& out) {
  if (!w.training.synchronous || w.accelerator.count < 2) return;
  const double batch_cv = law_cv(w.dataset.sample_size) / std::sqrt(static_cast<double>(w.loader.batch_size));
  const bool ahead = w.loader.framework != Framework::kPytorch || w.loader.workers > 0;
  const double averaged = ahead ? std::max(1.0, 2.5 * w.loader.prefetch - 1) : 1.0;
  const bool per_worker = w.loader.framework == Framework::kPytorch && w.loader.workers > 0;
  const double producers = w.accelerator.count * (per_worker ? static_cast<double>(w.loader.workers) : 1.0);
  out.straggler = 1 + expected_largest_normal(producers) * batch_cv / std::sqrt(averaged);
}

// A read that lasts no longer than the batches that are ready beyond it stops no step.
void slow_read(const Workload& w, double batches, Requirement& out) {
  const bool ahead = w.loader.framework != Framework::kPytorch || w.loader.workers > 0;
  if (ahead) out.sample_latency_p99 = Seconds{batches * law_mean(w.accelerator.step_time) / out.target};
}

void window(const Workload& w, double sample, Requirement& out) {
  const auto& loader = w.loader;
  double batches = std::max<double>(1, loader.prefetch);
  if (loader.framework == Framework::kPytorch)
    batches = loader.workers == 0 ? 1.0 : static_cast<double>(loader.workers) * std::max(1U, loader.prefetch);
  slow_read(w, batches, out);
  double bytes = batches * static_cast<double>(loader.batch_size) * sample;
  if (loader.shuffle == ShuffleKind::kBuffer) bytes += static_cast<double>(loader.shuffle_buffer) * sample;
  out.window_per_accelerator = whole(bytes);
}

void hosts(const Workload& w, const RequirementAsk& ask, Requirement& out) {
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

void epochs(const Workload& w, const RequirementAsk& ask, double sample, Requirement& out) {
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
  const double first =
      static_cast<double>(w.loader.batch_size) +
      (w.loader.shuffle == ShuffleKind::kBuffer ? static_cast<double>(w.loader.shuffle_buffer) : 0);
  const Seconds start = *out.epoch * ((1 - out.target) * kStartShare);
  out.read_peak = std::max(out.read_full, BytesPerSecond{w.accelerator.count * first * sample / start.value});
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
  if (w.checkpoint.parameters > 0) {
    out.checkpoint = whole(w.checkpoint.parameters * kCheckpointBytesPerParameter);
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
  const double sample = law_mean(w.dataset.sample_size);
  const double global_batch = static_cast<double>(w.loader.batch_size) * w.accelerator.count;
  out.target = w.training.au_target;
  out.samples_full = global_batch / Seconds{law_mean(w.accelerator.step_time)};
  out.samples = out.samples_full * out.target;
  out.read_full = {out.samples_full.value * sample};
  out.read = {out.samples.value * sample};
  straggler(w, out);
  out.read_with_headroom = out.read * out.straggler;
  requests(w, sample, out);
  out.iops = out.samples * out.requests_per_sample;
  metadata(w, out);
  latency(w, out);
  capacity(w, ask, sample, out);
  window(w, sample, out);
  hosts(w, ask, out);
  out.startup_burst = out.window_per_accelerator * w.accelerator.count;
  out.startup_fill = out.startup_burst / out.read;
  epochs(w, ask, sample, out);
  return out;
}

}  // namespace aforo
