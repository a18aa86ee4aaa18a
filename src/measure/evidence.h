// What a verdict looks at, and what it says: plain data, made by whoever ran, simulated or captured a job.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "base/units.h"

namespace aforo {

// What to change first. A Record carries the words of to_string(), so that values may be added here.
enum class Limit {
  kNone,  // "not limited": AU at or above the target
  kStorageBandwidth,
  kStorageLatency,
  kMetadata,
  kClientCpu,
  kNetwork,
  // Of an object store: it answers no more requests a second, whatever their size.
  kRequestRate,
  // Of an object store: it takes no more connections, or drops them.
  kConnections,
  kLoaderSettings,
  // Each reader owns a shard, and there are no more of them: workers beyond that find nothing to read.
  kFewShards,
  kBarrierSkew,
  // The first batch of every epoch: epochs of too few steps.
  kEpochStart,
  kCheckpoints,
  // The first epoch finds nothing in a cache that serves the later ones.
  kColdCache,
  // Evidence does not single one out; the text says what was seen.
  kUnknown,
};
// "not limited", "storage bandwidth", ... as in docs.
std::string to_string(Limit limit);

// A short re-run of the same job with one thing changed, no compute: samples/s.
struct Counterfactual {
  std::string change;  // "32 workers instead of 8"
  double samples_per_second = 0;
  // loader.workers of the re-run, for the exact flag; 0 = not known.
  std::uint32_t workers = 0;
  // samples/s of the same re-run with nothing changed; 0 = the job's own.
  double baseline = 0;
};

// Who reads for one rank. Not its workers: of those that read shards only as many as it has shards do, and
// some loaders read with as many as their window asks for.
struct Readers {
  // 0 = unknown.
  std::uint64_t now = 0;
  // With any number of workers.
  std::uint64_t most = 0;
  // Each reads a shard from front to back.
  bool own_shards = false;

  // Whether more workers may bring half as many readers again, or more: the noise of a re-run hides a smaller
  // gain, and its absence would say nothing of the storage.
  bool have_room() const { return 2 * most >= 3 * now; }
  // `workers`, or as many of them as find a shard.
  std::uint32_t useful_workers(std::uint32_t workers) const {
    return own_shards && most > 0 && most < workers ? static_cast<std::uint32_t>(most) : workers;
  }
};

// What readers that own shards and have no room lack: "only 2 of 8 workers have a shard".
std::string lack_of_shards(const Readers& readers, std::uint32_t workers);

// Of a store that aforo itself asks over a network. Counts are of the run, control requests included.
struct RemoteEvidence {
  double requests = 0;                             // sent, each attempt for itself
  double throttled = 0;                            // of them answered with "slow down" (503, 429)
  double reset = 0;                                // of them without an answer, as the connection was closed
  double connections = 0, connections_failed = 0;  // asked for; of them refused or without an answer
  double requests_per_sample = 0;
  // Requests/s of small pieces of the same objects, with as many in flight as more workers had; 0 = not tried.
  double small_per_second = 0;
};

// What a verdict may look at. Shares are fractions; a share that was not measured is left at its
// default, except where it is optional. "0 = unknown" fields never decide while unknown: the text
// then leaves them out.
struct Evidence {
  double au = 0, au_target = 0.9;
  double samples_per_second = 0;
  // What the accelerators could use: accelerators x batch / step time.
  double demand_samples_per_second = 0;
  // Of accelerator time, as the two that follow: together at most 1, the rest lies outside the steps.
  double load_wait_share = 0;
  double barrier_wait_share = 0;
  double compute_share = 0;
  // CPU seconds used / (wall x cores available), of the whole process and of the kernel's threads for it.
  std::optional<double> client_cpu_share;
  // Of it the kernel's own threads.
  double kernel_cpu_share = 0;
  // The busiest of these, of one core, and its name.
  double kernel_thread_share = 0;
  std::string kernel_thread;
  // Busiest I/O loop's CPU share of one core.
  std::optional<double> io_cpu_share;
  // Block device util over the run.
  std::optional<double> device_busy_share;
  // Busiest link, of its line rate.
  std::optional<double> network_busy_share;
  // Share of a sample's read time spent in open (and other metadata).
  double open_share = 0;
  Seconds read_latency_mean{0}, read_latency_p99{0};
  // Requested by the loader; 0 = unknown.
  BytesPerSecond bytes_per_second{0};
  // Mean bytes per read request of the loader, predicted or measured; 0 = unknown.
  Bytes read_size{0};
  // loader.read.transfer_size; 0 = whole samples.
  Bytes transfer_size{0};
  // Mean bytes of what is read in one go but for that: a sample, a shard; 0 = unknown.
  Bytes read_whole{0};
  // Of files of one sample each: the word of the layout of many that this loader reads from front to back.
  std::string packed_layout;
  // Loader settings of this run; 0 = unknown.
  std::uint32_t workers = 0, prefetch = 0;
  // Batches that are read ahead of an accelerator, and those worked on side by side; 0 = unknown.
  double window_batches = 0, producers = 0;
  Readers readers;
  // Share of time that readers had a request outstanding.
  double worker_busy_share = 0;
  // Mean, over all ranks; 0 = unknown.
  double requests_in_flight = 0;
  // Share of bytes served by the page cache; negative = unknown.
  double cache_share = 0;
  // The user asked for a warm run.
  bool cache_expected = false;
  // Real / asked compute - 1: emulated steps that ended late, of jobs over several hosts.
  double compute_excess = 0;
  // Of accelerator time, part of load_wait_share: the host woke accelerators too late.
  double overdue_share = 0;
  // Of accelerator time: waiting for the first batch of an epoch. Part of load_wait_share.
  double start_up_share = 0;
  // Of accelerator time, outside load and barrier waits: pauses for checkpoints.
  double checkpoint_share = 0;
  // Of the job whose shares these are. Epochs and steps of one: 0 = unknown.
  double epochs = 0, steps = 0;
  // At full speed; 0 = unknown.
  Seconds step_time{0};
  // AU of the first epoch and of the later ones (of those that are alike); absent where there is one.
  std::optional<double> first_epoch_au, later_epochs_au;
  // Of accelerator time: what the first epochs took beyond as many later ones.
  double cold_share = 0;
  // Nothing was run: it is a job that is judged, not a test.
  bool predicted = false;
  // Time of reads that failed, over accelerator time: several wait at once, so it may exceed 1.
  double failure_share = 0;
  // A failed sample ended the run.
  bool ended_by_error = false;
  // ... or rather this process, which could open no more files or had no memory left.
  bool ended_by_client = false;
  // Nothing was read: every request was answered at once.
  bool null_storage = false;
  // There is no storage below the dataset.
  bool memory_filesystem = false;
  // Judged inside --find-max, which is then no advice.
  bool searching = false;
  double errors = 0;  // samples that failed
  // Absent where storage is no such store.
  std::optional<RemoteEvidence> remote;
  // samples/s of this client on the null engine; of an object store with what its requests cost this client.
  std::optional<double> null_ceiling;
  // Same storage, more concurrency.
  std::optional<Counterfactual> more_workers;
  // Same storage, half of the readers: where more would find no shard.
  std::optional<Counterfactual> fewer_readers;
};

// The judgement in words. Never empty: where nothing was measured it says so.
struct Verdict {
  Limit limit = Limit::kUnknown;
  // One line: the limit, the decisive number, what to try, and the notes.
  std::string text;
  // Of it the clause that says why, alone.
  std::string reason;
  // What weakens it, each a clause: that memory was measured, that the client was too busy.
  std::vector<std::string> notes;
  // The numbers that decided, one per line.
  std::vector<std::string> evidence;
  // What to try, most promising first.
  std::vector<std::string> advice;
};

}  // namespace aforo
