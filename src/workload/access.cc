#include "workload/access.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "workload/client.h"

namespace aforo {
namespace {

std::uint64_t at_least_one(std::uint64_t n) { return std::max<std::uint64_t>(n, 1); }

// WebDataset's reader and tf.data read shards from front to back; torch's samplers ask for one sample of a
// packed file after another. A row of Parquet cannot be had without its row group.
bool reads_streams(LayoutKind layout, Framework framework) {
  switch (traits_of(layout).reading) {
    case Reading::kFrontToBack:
      return true;
    case Reading::kShardByShard:
      return framework == Framework::kTensorflow;
    case Reading::kAnySample:
      return false;
  }
  return false;
}

// What a client makes of reads of `want` bytes out of objects of `object`: GETs, bytes and waits of one.
void read_as_client(const ClientStyle& style, double want, double object, double& bytes, double& requests,
                    double& waits) {
  const ClientRange range =
      asked_range(style, 0, static_cast<std::uint64_t>(want), static_cast<std::uint64_t>(object));
  bytes = static_cast<double>(range.length);
  requests = static_cast<double>(parts_of(style, range.length));
  waits = waits_of(style, requests);
}

void read_streams(const DatasetShape& data, const LoaderSpec& loader, std::uint32_t ranks, Access& out) {
  const double per_file = std::max(1.0, data.file_bytes / std::max(data.sample_bytes, 1.0));
  out.every_rank_reads_all = data.files < ranks;
  const double again = out.every_rank_reads_all ? ranks : 1;
  out.kind = ReadKind::kStream;
  out.order = BatchOrder::kInOrder;
  out.whole_bytes = data.file_bytes;
  out.request_bytes = std::max(1.0, std::min(static_cast<double>(stream_request(loader)), data.file_bytes));
  out.bytes_per_sample = data.sample_bytes * again;
  out.requests_per_sample = out.waits_per_sample = out.bytes_per_sample / out.request_bytes;
  if (loader.client != Client::kNone) {
    double bytes = 0, requests = 0, waits = 0;
    read_as_client(style_of(loader.client), data.file_bytes, data.file_bytes, bytes, requests, waits);
    out.request_bytes = bytes / requests;
    out.requests_per_sample = requests / per_file * again;
    out.waits_per_sample = waits / per_file * again;
  }
  out.opens_per_sample = again / per_file;
  // Each reader owns a shard: more of them than shards would find none.
  const std::uint64_t shards = out.every_rank_reads_all ? data.files : (data.files + ranks - 1) / ranks;
  out.readers = std::min(at_least_one(loader.workers), at_least_one(shards));
  out.window_batches = at_least_one(loader.prefetch);
  if (loader.shuffle == ShuffleKind::kBuffer) out.shuffle_samples = loader.shuffle_buffer;
  const double ahead = std::max<double>(kHandOverBytes, out.request_bytes) * kReadAheadRequests;
  out.ahead_samples = static_cast<double>(out.readers) * ahead / std::max(out.bytes_per_sample, 1.0);
}

void read_samples(const DatasetShape& data, const LoaderSpec& loader, Access& out) {
  const double sample = data.sample_bytes;
  const bool whole = is_one_request(loader, static_cast<std::uint64_t>(sample));
  out.kind = traits_of(data.layout).packed ? ReadKind::kRange : ReadKind::kFile;
  out.request_bytes = std::max(1.0, whole ? sample : static_cast<double>(request_size(loader)));
  // Where sizes differ, some are cut up though their mean is not.
  const double limit = data.sample_stddev > 0 ? static_cast<double>(request_size(loader)) : out.request_bytes;
  out.requests_per_sample = requests_for(sample, limit, data.sample_stddev);
  const bool ahead = out.kind == ReadKind::kFile && loader.read_mode == ReadMode::kBuffered;
  out.waits_per_sample = ahead ? 1 : out.requests_per_sample;
  out.opens_per_sample = out.kind == ReadKind::kFile ? 1 : 0;
  if (loader.client != Client::kNone) {
    const double object = out.kind == ReadKind::kFile ? sample : data.file_bytes;
    read_as_client(style_of(loader.client), sample, object, out.bytes_per_sample, out.requests_per_sample,
                   out.waits_per_sample);
    const ClientStyle& style = style_of(loader.client);
    if (out.kind == ReadKind::kFile && style.part > 0) {  // sizes differ
      out.requests_per_sample = requests_for(sample, static_cast<double>(style.part), data.sample_stddev);
      out.waits_per_sample = std::max(1.0, out.requests_per_sample / style.in_flight);
    }
    out.request_bytes = std::max(1.0, out.bytes_per_sample / out.requests_per_sample);
    if (out.kind == ReadKind::kFile) out.whole_bytes = out.bytes_per_sample;
  }
  const std::uint64_t prefetch = at_least_one(loader.prefetch);
  switch (loader.framework) {
    case Framework::kPytorch:
      if (loader.workers == 0) {
        out.order = BatchOrder::kOnDemand;
        break;
      }
      out.order = BatchOrder::kByWorker;
      out.readers = out.producers = loader.workers;
      out.window_batches = loader.workers * prefetch;
      break;
    case Framework::kTensorflow:
      out.order = BatchOrder::kInOrder;
      out.readers = at_least_one(loader.workers);
      out.window_batches = prefetch;
      out.ahead_samples = static_cast<double>(out.readers);
      break;
    case Framework::kIdeal:
      out.order = BatchOrder::kBatchWhole;
      out.producers = out.window_batches = prefetch;
      out.readers = loader.batch_size * prefetch;
      break;
  }
  if (out.kind == ReadKind::kRange)
    out.first_opens = static_cast<double>(out.readers) * static_cast<double>(data.files);
}

}  // namespace

Access access_of(const DatasetShape& data, const LoaderSpec& loader, std::uint32_t ranks) {
  Access out;
  out.sample_bytes = out.bytes_per_sample = out.whole_bytes = data.sample_bytes;
  if (reads_streams(data.layout, loader.framework))
    read_streams(data, loader, ranks, out);
  else
    read_samples(data, loader, out);
  return out;
}

Access access_of(const DatasetSpec& dataset, const LoaderSpec& loader, std::uint32_t ranks) {
  const double sample = law_mean(dataset.sample_size);
  const std::uint64_t files = at_least_one(dataset.files());
  const double per_file = static_cast<double>(at_least_one(dataset.samples)) / static_cast<double>(files);
  return access_of(DatasetShape{.layout = dataset.layout,
                                .samples = dataset.samples,
                                .files = dataset.files(),
                                .sample_bytes = sample,
                                .file_bytes = sample * per_file,  // the last shard may be short
                                .sample_stddev = sample * law_cv(dataset.sample_size)},
                   loader, ranks);
}

Access access_of(const Workload& workload) {
  return access_of(workload.dataset, workload.loader, workload.accelerator.count);
}

// E[ceil(X / r)] = the sum over k >= 0 of P(X > k r). Term by term up to 32 requests; of what lies beyond, where
// the terms change slowly, the integral of P(X > x) / r (the midpoint rule), which a lognormal X has in closed
// form: E[(X - a)+] = m F(d + s) - a F(d) with d = (ln(m / a) - s^2 / 2) / s, m the mean, s the deviation of ln X.
double requests_for(double bytes, double limit, double stddev) {
  constexpr double kRounding = 1e-9;  // of a quotient of two doubles that should be whole
  constexpr double kAlike = 1e-6;     // of the mean: less spread than this is none
  constexpr int kTerms = 32;
  if (stddev <= kAlike * bytes) return std::max(1.0, std::ceil(bytes / limit - kRounding));
  const double cv = stddev / bytes, s = std::sqrt(std::log1p(cv * cv));
  const auto normal = [](double z) { return 0.5 * std::erfc(-z * std::numbers::sqrt2 / 2); };
  const auto d = [&](double a) { return (std::log(bytes / a) - s * s / 2) / s; };
  double sum = 1;
  for (int k = 1; k < kTerms; ++k) {
    const double more = normal(d(k * limit));
    sum += more;
    if (more < kRounding) return sum;
  }
  const double beyond = (kTerms - 0.5) * limit, z = d(beyond);
  return sum + (bytes * normal(z + s) - beyond * normal(z)) / limit;
}

LayoutKind packed_layout_of(const LoaderSpec& loader) {
  return loader.framework == Framework::kTensorflow ? LayoutKind::kTfrecord : LayoutKind::kWebdataset;
}

void read_as_usual(LoaderSpec& loader, LayoutKind layout) {
  if (traits_of(layout).reading == Reading::kShardByShard) loader.framework = Framework::kTensorflow;
}

}  // namespace aforo
