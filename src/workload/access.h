// Access: how one rank of a training job touches its data. The only place that reckons it.
//
// Which loader a framework has (its order, readers and window) and how a loader reads a layout (whole files,
// ranges, or shards front to back, in requests of what size) are answered here once, from the specs alone.
// The pipeline builds its coroutines from an Access; requirement, closed forms, simulation, sizing, validation
// and the memory need take their numbers from the same value. plan/access_agreement_test.cc runs the
// coroutines and holds an Access, and all who ask it, to what was counted.
//
// What the kernel makes of a request on its way to storage (read-ahead windows) is another question:
// plan/kernel_reads.h.
//
// Pure, no failure, any thread. Sizes are bytes and means over the dataset.
#pragma once

#include <cstdint>

#include "workload/spec.h"

namespace aforo {

// What a loader does with a file. It decides which curves of a storage apply and which stations an operation
// visits: only kFile opens and closes at every operation.
enum class ReadKind {
  kFile,    // open, read front to back, close: one operation, of any size
  kRange,   // one range of a file that is kept open, anywhere in it
  kStream,  // the next request of a file that is read front to back and kept open
};

// Who builds batches, and in what order they get ready.
enum class BatchOrder {
  kOnDemand,   // the rank reads its own batch when it asks for it; nothing is read ahead
  kByWorker,   // each producer builds whole batches alone, one sample after another (torch DataLoader)
  kInOrder,    // readers share one sequence of samples and deliver in turn (tf.data map, interleave)
  kBatchWhole  // all samples of a batch are read side by side; it is ready when the last is (ideal)
};

// Of one rank. Requests and bytes are what is read for one sample that is delivered.
struct Access {
  ReadKind kind = ReadKind::kFile;
  BatchOrder order = BatchOrder::kByWorker;

  double sample_bytes = 0;      // of one sample as stored
  double bytes_per_sample = 0;  // read for it: more than its own where every rank reads every shard
  double request_bytes = 0;     // asked for at a time; the last of a sample or shard may be shorter
  // Of a sample or range, its short last one included; of a stream the mean, to which the short last
  // request of each shard adds less than one per open.
  double requests_per_sample = 0;
  double opens_per_sample = 0;  // kRange: 0, files stay open once they were touched
  double first_opens = 0;       // kRange: files that this rank's readers open, once each, in an epoch; else 0
  double whole_bytes = 0;       // of what a reader reads from end to end: a sample, or a shard

  // With fewer shards than ranks each rank reads all of them and keeps every ranks-th record; else shards are
  // dealt out, and a rank reads its own.
  bool every_rank_reads_all = false;

  std::uint64_t readers = 1;          // as many reads can be under way; of shards no more than a rank has
  std::uint64_t producers = 1;        // batches that are built side by side; divides `readers`
  std::uint64_t window_batches = 1;   // read ahead of the accelerator, of all producers
  double ahead_samples = 0;           // read beyond the window while their turn has not come (kInOrder)
  std::uint64_t shuffle_samples = 0;  // held in a shuffle buffer: 0 but for kStream

  // Requests that a reader waits for one after another, whatever their size: of a file read through the page
  // cache one, as the kernel reads the rest ahead; else every request.
  double waits_per_sample = 0;

  // Storage sees a whole file as one operation, of ranges and streams every request.
  double operations_per_sample() const { return kind == ReadKind::kFile ? 1 : requests_per_sample; }
  double operation_bytes() const { return kind == ReadKind::kFile ? sample_bytes : request_bytes; }

  std::uint64_t readers_per_batch() const { return readers / producers; }
};

// What Access needs to know of a dataset, whether it is a spec or was opened.
struct DatasetShape {
  LayoutKind layout{};
  std::uint64_t samples = 0, files = 0;
  double sample_bytes = 0, file_bytes = 0;  // means
  double sample_stddev = 0;                 // bytes; 0 = all samples are alike
};

Access access_of(const DatasetShape& dataset, const LoaderSpec& loader, std::uint32_t ranks);
Access access_of(const DatasetSpec& dataset, const LoaderSpec& loader, std::uint32_t ranks);
Access access_of(const Workload& workload);  // ranks = its accelerators

// Requests of at most `limit` bytes that a piece takes on average: E[ceil(X / limit)], at least 1. Of pieces
// of `bytes` that are all alike (stddev 0) exact; else X is taken as lognormal with that mean and standard
// deviation, which sizes of samples mostly are. O(1).
double requests_for(double bytes, double limit, double stddev);

// The packed layout that a framework's own reader takes, and the loader that reads a layout as it is usually
// read: tf.data for shards other than WebDataset's. The other settings stay.
LayoutKind packed_layout_of(const LoaderSpec& loader);
void read_as_usual(LoaderSpec& loader, LayoutKind layout);

// Whole samples up to this size are one fused operation; larger ones are read request by request.
inline constexpr std::uint64_t kFusedReadLimit = 1u << 20;
// Request size of large samples when the workload does not say: what numpy and Python use stays below, what
// kernels turn into one readahead window stays above.
inline constexpr std::uint64_t kDefaultRequest = 1u << 20;
// Of shards read front to back: tf.data's buffer in the benchmark's reader.
inline constexpr std::uint64_t kDefaultStreamRequest = 256u << 10;
// A reader of a shard is ahead of its turn by at most so many hand-overs, and hands records over after at
// least so many bytes: going home for every 256 KiB would cost more than reading them from memory.
inline constexpr std::uint64_t kReadAheadRequests = 2;
inline constexpr std::uint64_t kHandOverBytes = 1u << 20;

// Of one sample of `length` bytes that is read by itself (kFile, kRange): whether it is read at once, and the
// bytes of a request where it is not. Inline: readers ask for every sample.
inline std::uint64_t request_size(const LoaderSpec& loader) {
  return loader.transfer_size.value ? loader.transfer_size.value : kDefaultRequest;
}
inline bool is_one_request(const LoaderSpec& loader, std::uint64_t length) {
  const std::uint64_t transfer = loader.transfer_size.value;
  return length <= kFusedReadLimit && (transfer == 0 || length <= transfer);
}
// Bytes of a request of a shard that is read front to back.
inline std::uint64_t stream_request(const LoaderSpec& loader) {
  return loader.transfer_size.value ? loader.transfer_size.value : kDefaultStreamRequest;
}

}  // namespace aforo
