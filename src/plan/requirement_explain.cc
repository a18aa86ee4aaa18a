#include <fmt/format.h>

#include <cmath>

#include "plan/requirement.h"
#include "workload/access.h"
#include "workload/checkpoint_shape.h"

namespace aforo {
namespace {

// The inputs as people read them, and where they came from.
struct InputsInWords {
  std::string t, s, n, b, z, w, p;
  // What is asked of storage for a sample: s, or N s where every accelerator reads all shards.
  std::string read, read_symbol;
  std::string size_source, time_source, loader_source;
};

std::string source_of(const Workload& workload, std::string_view field) {
  for (const auto& row : workload.provenance)
    if (row.field == field) return fmt::format("{} ({}, {})", row.source, row.kind, row.date);
  return fmt::format("as given in {}", workload.origin.empty() ? workload.name : workload.origin);
}

std::string checkpoint_in_words(const CheckpointSpec& spec) {
  if (spec.model != CheckpointModel::kNone)
    return fmt::format("{}, as {} has it", traits_of(spec.model).word, to_string(spec.files));
  return fmt::format("{:.4g} x {:.4g}", spec.weight_bytes + spec.optimizer_bytes, spec.parameters);
}

Bytes whole_bytes(double bytes) { return {static_cast<std::uint64_t>(std::llround(bytes))}; }

InputsInWords inputs_in_words(const Workload& w, const Access& access) {
  const std::string sample = format_bytes(whole_bytes(law_mean(w.dataset.sample_size)));
  const bool all = access.every_rank_reads_all;
  return {fmt::format("{}", w.training.au_target),
          sample,
          fmt::format("{}", w.accelerator.count),
          fmt::format("{}", w.loader.batch_size),
          format_seconds({law_mean(w.accelerator.step_time)}),
          fmt::format("{}", w.loader.workers),
          fmt::format("{}", w.loader.prefetch),
          all ? fmt::format("{} x {}", w.accelerator.count, sample) : sample,
          all ? "N s" : "s",
          source_of(w, "dataset.sample_size"),
          source_of(w, "accelerator.step_time"),
          source_of(w, "loader")};
}

class Table {
 public:
  void add(std::string_view key, std::string_view label, double value, FigureUnit unit,
           std::string_view formula, std::string inputs, std::string source) {
    figures_.push_back({std::string(key), std::string(label), value, unit, std::string(formula),
                        std::move(inputs), std::move(source)});
  }
  std::vector<Figure> take() { return std::move(figures_); }

 private:
  std::vector<Figure> figures_;
};

void bandwidth(const Workload& w, const Access& access, const Requirement& r, const InputsInWords& x,
               Table& table) {
  const std::string both = fmt::format("s: {}; Z: {}", x.size_source, x.time_source);
  table.add("samples_per_second", "samples", r.samples.value, FigureUnit::kPerSecond, "X = t N B / Z",
            fmt::format("{} x {} x {} / {}", x.t, x.n, x.b, x.z), fmt::format("Z: {}", x.time_source));
  table.add("read_bytes_per_second", "read bandwidth, mean at the target", r.read.value,
            FigureUnit::kBytesPerSecond, "X " + x.read_symbol,
            fmt::format("{}/s x {}", format_count(r.samples.value), x.read), both);
  table.add("read_bytes_per_second_full", "read bandwidth at 100 % utilisation", r.read_full.value,
            FigureUnit::kBytesPerSecond, x.read_symbol + " N B / Z",
            fmt::format("{} x {} x {} / {}", x.read, x.n, x.b, x.z), both);
  table.add("read_bytes_per_second_with_headroom", "read bandwidth with barrier headroom",
            r.read_with_headroom.value, FigureUnit::kBytesPerSecond, "X " + x.read_symbol + " h",
            fmt::format("{} x {:.3f}", format_rate(r.read), r.straggler), "h: the next line");
  if (r.read_peak)
    table.add(
        "read_bytes_per_second_peak", "read bandwidth, peak at epoch starts", r.read_peak->value,
        FigureUnit::kBytesPerSecond,
        fmt::format("the larger of the line at 100 % and N (B + shuffle buffer) {} / (epoch (1 - t) / 2)",
                    x.read_symbol),
        fmt::format("{} x ({} + {}) x {} / ({} x {:.3g})", x.n, x.b, access.shuffle_samples, x.read,
                    format_seconds(*r.epoch), (1 - r.target) / 2),
        "first batches and shuffle buffers in half of the stall that the target allows");
  const double cv = law_cv(w.dataset.sample_size);
  table.add("straggler_factor", "slowest producer over the mean", r.straggler, FigureUnit::kFactor,
            "h = 1 + E[max of n normals] cv / sqrt(B q); n producers, q batches ahead",
            w.training.synchronous ? fmt::format("cv {:.3f} of sample sizes, B {}, P {}", cv, x.b, x.p)
                                   : std::string("no barrier: training.synchronous is false"),
            "size spread only: latency spread of the storage comes on top. Blom 1958 for the largest of n");
}

void requests(const Workload& w, const Access& access, const Requirement& r, const InputsInWords& x,
              Table& table) {
  table.add(
      "iops", "read requests", r.iops.value, FigureUnit::kPerSecond, "X k",
      fmt::format("{}/s x {:.4g} requests per sample", format_count(r.samples.value), r.requests_per_sample),
      "k: the loader's read settings, docs/sizing-requirement.md section 3");
  table.add("requests_per_sample", "requests per sample", r.requests_per_sample, FigureUnit::kFactor,
            "k = " + x.read_symbol + " / request",
            fmt::format("{} / {}", x.read, format_bytes(whole_bytes(r.request_bytes))), x.loader_source);
  table.add("request_bytes", "mean request size", r.request_bytes, FigureUnit::kBytes, x.read_symbol + " / k",
            fmt::format("{} / {:.4g}", x.read, r.requests_per_sample), x.loader_source);
  table.add("opens_per_second", "file opens", r.opens.value, FigureUnit::kPerSecond,
            access.every_rank_reads_all
                ? "N X / samples per file: every accelerator opens every file"
                : "X / samples per file; packed files read sample by sample: W N files per epoch",
            fmt::format("{}/s, {} per file, {} files", format_count(r.samples.value),
                        format_count(static_cast<double>(w.dataset.samples_per_file)),
                        format_count(static_cast<double>(w.dataset.files()))),
            "dataset layout");
  table.add("metadata_operations_per_second", "metadata operations", r.metadata.value, FigureUnit::kPerSecond,
            "3 x opens: open, attributes, close", fmt::format("3 x {}/s", format_count(r.opens.value)),
            "system calls of a whole-file read");
}

void latency(const Access& access, const Requirement& r, const InputsInWords& x, Table& table) {
  std::string formula = "C / X less preprocessing (Little's law), C = N W";
  std::string in_flight = fmt::format("{} x {}", x.n, access.readers);
  if (access.kind == ReadKind::kStream)
    formula = "C / X less preprocessing (Little's law), C = N x the smaller of W and an accelerator's shards";
  if (access.order == BatchOrder::kBatchWhole) {
    formula = "C / X less preprocessing (Little's law), C = N P B";
    in_flight = fmt::format("{} x {} x {}", x.n, x.p, x.b);
  }
  std::string inputs = fmt::format("{} / {}/s", in_flight, format_count(r.samples.value));
  if (access.order == BatchOrder::kOnDemand) {
    formula = "Z (1 - t) / (t B) less preprocessing: no workers, the accelerator waits for every read";
    inputs = fmt::format("{} x (1 - {}) / ({} x {})", x.z, x.t, x.t, x.b);
  }
  table.add("sample_latency_seconds", "mean time per sample allowed", r.sample_latency.value,
            FigureUnit::kSeconds, formula, inputs, x.loader_source);
  table.add("request_latency_seconds", "mean time per request allowed", r.request_latency.value,
            FigureUnit::kSeconds, "sample time / k",
            fmt::format("{} / {:.4g}", format_seconds(r.sample_latency), r.requests_per_sample),
            "a worker's requests follow one another");
  if (r.sample_latency_p99)
    table.add("sample_latency_seconds_p99", "one slow sample (p99) that batches ahead hide",
              r.sample_latency_p99->value, FigureUnit::kSeconds,
              "W P Z / t where workers build batches alone (pytorch); else P Z / t",
              fmt::format("W {}, P {}, Z {}, t {}", x.w, x.p, x.z, x.t), x.loader_source);
  if (r.concurrency > 0)
    table.add("samples_in_flight", "samples being read at once", r.concurrency, FigureUnit::kCount, "C",
              in_flight, x.loader_source);
}

void checkpoints(const Workload& w, const RequirementAsk& ask, const Requirement& r, Table& table) {
  const bool given = !ask.failures;
  if (r.checkpoint_every)
    table.add("checkpoint_interval_seconds", "time between checkpoints", r.checkpoint_every->value,
              FigureUnit::kSeconds,
              given ? "checkpoint.every" : "Young 1974: sqrt(2 x writing x time between failures)",
              given ? format_seconds(w.checkpoint.every) : format_seconds(*ask.failures),
              given ? "the workload" : "--failure-every");
  if (r.checkpoint_write && given)
    table.add(
        "checkpoint_write_bytes_per_second", "checkpoint write bandwidth", r.checkpoint_write->value,
        FigureUnit::kBytesPerSecond, "checkpoint / (every x 0.05 / 0.95)",
        fmt::format("{} / ({} x 0.0526)", format_bytes(*r.checkpoint), format_seconds(w.checkpoint.every)),
        "writing takes at most 5 % of the run, while training stands still");
  else if (r.checkpoint_write)
    table.add(
        "checkpoint_write_bytes_per_second", "checkpoint write bandwidth", r.checkpoint_write->value,
        FigureUnit::kBytesPerSecond, "checkpoint / (2 x time between failures x (0.05 / 0.95)^2)",
        fmt::format("{} / (2 x {} x 0.00277)", format_bytes(*r.checkpoint), format_seconds(*ask.failures)),
        "writing at Young's interval takes at most 5 % of the run");
  if (r.checkpoint_read)
    table.add("checkpoint_read_bytes_per_second", "checkpoint restore bandwidth", r.checkpoint_read->value,
              FigureUnit::kBytesPerSecond, "checkpoint / 5 min", format_bytes(*r.checkpoint),
              "training goes on within 5 min of a failure");
}

void space(const Workload& w, const RequirementAsk& ask, const Requirement& r, const InputsInWords& x,
           Table& table) {
  table.add("dataset_bytes", "dataset", static_cast<double>(r.dataset.value), FigureUnit::kBytes,
            "samples x s", fmt::format("{} x {}", format_count(static_cast<double>(w.dataset.samples)), x.s),
            x.size_source);
  table.add("capacity_bytes", "capacity", static_cast<double>(r.capacity.value), FigureUnit::kBytes,
            ask.capacity ? "as asked" : "dataset + 2 checkpoints",
            fmt::format("{:.4g} TB", static_cast<double>(r.capacity.value) / 1e12),
            ask.capacity ? "--capacity" : "the dataset above, the checkpoints of the job");
  if (r.checkpoint)
    table.add("checkpoint_bytes", "one checkpoint", static_cast<double>(r.checkpoint->value),
              FigureUnit::kBytes, "bytes per parameter x parameters", checkpoint_in_words(w.checkpoint),
              "weights and optimizer (fp16 weights and three fp32 tensors where nobody says otherwise)");
  checkpoints(w, ask, r, table);
}

void machines(const RequirementAsk& ask, const Requirement& r, const InputsInWords& x, Table& table) {
  table.add("hosts", "hosts", r.hosts, FigureUnit::kCount, "ceil(N / per host)",
            fmt::format("{} / {}", x.n, ask.accelerators_per_host), "--per-host");
  table.add("network_bytes_per_second_per_host", "network per host, mean at the target",
            r.network_per_host.value, FigureUnit::kBytesPerSecond,
            "read bandwidth x accelerators per host / N", format_rate(r.read), "the lines above");
  table.add("network_bytes_per_second_per_host_full", "network per host at 100 % utilisation",
            r.network_per_host_full.value, FigureUnit::kBytesPerSecond,
            "read bandwidth at 100 % x accelerators per host / N", format_rate(r.read_full),
            "the lines above");
  if (r.network_checkpoint.value > 0)
    table.add("network_checkpoint_bytes_per_second_per_host",
              "network per host while a checkpoint is written", r.network_checkpoint.value,
              FigureUnit::kBytesPerSecond, "checkpoint write bandwidth x accelerators per host / N",
              format_rate(*r.checkpoint_write), "the lines above");
  if (r.link_gbit)
    table.add("link_gbit_per_second", "smallest usual link", *r.link_gbit, FigureUnit::kGbit,
              "first of 1, 10, 25, 40, 50, 100, 200, 400, 800 that carries 100 % and checkpoints",
              format_rate(std::max(r.network_per_host_full, r.network_checkpoint)),
              "line rate, 8 bits a byte, storage traffic alone");
  table.add("prefetch_bytes_per_accelerator", "prefetch window per accelerator",
            static_cast<double>(r.window_per_accelerator.value), FigureUnit::kBytes,
            "W P B s where workers build batches alone (pytorch); else P B s; + shuffle buffer",
            fmt::format("W {}, P {}, B {}, s {}", x.w, x.p, x.b, x.s), x.loader_source);
  table.add("prefetch_memory_bytes_per_host", "prefetch memory per host",
            static_cast<double>(r.memory_per_host.value), FigureUnit::kBytes,
            "window x accelerators per host", format_bytes(r.window_per_accelerator), "the line above");
}

void time(const Workload& w, const Access& access, const RequirementAsk& ask, const Requirement& r,
          const InputsInWords& x, Table& table) {
  table.add("startup_burst_bytes", "start-up burst", static_cast<double>(r.startup_burst.value),
            FigureUnit::kBytes,
            access.every_rank_reads_all ? "N x window, each sample read N times" : "N x window",
            fmt::format("{} x {}{}", x.n, format_bytes(r.window_per_accelerator),
                        access.every_rank_reads_all ? " x " + x.n : ""),
            "the lines above");
  table.add("startup_fill_seconds", "time to fill all windows at the mean bandwidth", r.startup_fill.value,
            FigureUnit::kSeconds, "burst / read bandwidth",
            fmt::format("{} / {}", format_bytes(r.startup_burst), format_rate(r.read)), "the lines above");
  if (r.epoch) {
    table.add("steps_per_epoch", "steps per epoch", static_cast<double>(r.steps_per_epoch),
              FigureUnit::kCount, "training.steps, or floor(samples / (N B))",
              fmt::format("{} / ({} x {})", format_count(static_cast<double>(w.dataset.samples)), x.n, x.b),
              source_of(w, "dataset.samples"));
    table.add("epoch_seconds", "one epoch at the target", r.epoch->value, FigureUnit::kSeconds, "steps Z / t",
              fmt::format("{} x {} / {}", r.steps_per_epoch, x.z, x.t), x.time_source);
  }
  if (r.capacity_scan)
    table.add("capacity_scan_seconds", "reading the whole capacity once", r.capacity_scan->value,
              FigureUnit::kSeconds, "capacity / read bandwidth",
              fmt::format("{} / {}", format_bytes(*ask.capacity), format_rate(r.read)),
              "if all of it were the training set");
}

}  // namespace

std::vector<Figure> explain(const Workload& w, const RequirementAsk& ask, const Requirement& r) {
  const Access access = access_of(w);
  const InputsInWords x = inputs_in_words(w, access);
  Table table;
  bandwidth(w, access, r, x, table);
  requests(w, access, r, x, table);
  latency(access, r, x, table);
  space(w, ask, r, x, table);
  machines(ask, r, x, table);
  time(w, access, ask, r, x, table);
  return table.take();
}

std::string format_figure(const Figure& figure) {
  switch (figure.unit) {
    case FigureUnit::kBytesPerSecond:
      return format_rate({figure.value});
    case FigureUnit::kPerSecond:
      if (figure.value > 0 && figure.value < 1) return fmt::format("{:.2g}/s", figure.value);
      return format_count(figure.value) + "/s";
    case FigureUnit::kSeconds:
      return format_seconds({figure.value});
    case FigureUnit::kBytes:
      return format_bytes(whole_bytes(figure.value));
    case FigureUnit::kCount:
      return format_count(figure.value);
    case FigureUnit::kFactor:
      // Three decimals near one, where factors lie; three digits above.
      return figure.value < 10 ? fmt::format("{:.3f}", figure.value) : format_count(figure.value);
    case FigureUnit::kGbit:
      return fmt::format("{:g} Gbit/s", figure.value);
  }
  return {};
}

Json to_json(const std::vector<Figure>& figures) {
  Json out = Json::object();
  for (const auto& figure : figures) {
    const bool whole = figure.unit == FigureUnit::kBytes && figure.key != "request_bytes";
    if (whole || figure.unit == FigureUnit::kCount)
      out[figure.key] = static_cast<std::uint64_t>(std::llround(figure.value));
    else
      set_number(out, figure.key, figure.value);
  }
  return out;
}

}  // namespace aforo
