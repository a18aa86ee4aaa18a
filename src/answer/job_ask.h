// The parts that several asks share: which job is meant, and how the engine reads.
//
// Their rows stand in job_rows.h. Plain values; not thread-safe while somebody changes
// them. An ask's table says which of a part's options it takes; overrides_of does not see a
// member whose row is not there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "answer/row.h"
#include "model/storage_spec.h"
#include "storage/cache/cache_options.h"
#include "storage/engine_kind.h"
#include "storage/remote_access.h"
#include "workload/spec.h"
#include "workload/use.h"

namespace aforo {

// Whatever may set fields of a workload. Each text is "dotted.key=value"; field and value are
// judged by workload_of, together with the rest of the workload.
struct FieldsAsk : Ask {
  // `--set`: "loader.workers=8".
  Repeated set;
  // The same as bare words; they come after `set`, so they win.
  Repeated assignments;
};

// A job: a preset or a file, a dataset instead of its own, and fields over it. One of `workload`
// and `dlio` is given, never both: the rows see to it.
struct WorkloadAsk : FieldsAsk {
  // W: a preset's name, or the path of a workload file, aforo's or the benchmark's
  // (told by its content).
  Setting<std::string> workload;
  // The content of that file, where whoever asks has it already: nothing is read then, and `workload` only names it.
  std::optional<std::string> workload_text = {};
  // The path of a file that is read as the benchmark's own, whatever it looks like; instead of W.
  Setting<std::string> dlio;
  // The path of a dataset block, as `inspect` writes it; it replaces the workload's block whole.
  Setting<std::string> dataset;
};

// The fields of a job that have an option of their own. What is not given stays as the workload has
// it: the values that these members hold then mean nothing.
struct JobAsk : WorkloadAsk {
  // Counts. Of `workers` per accelerator; of `prefetch` batches, per worker where the loader is
  // PyTorch's; `steps` of each epoch.
  Setting<std::uint64_t> accelerators, epochs, steps, batch_size, workers, prefetch;
  // Of one batch on one accelerator: a constant instead of the workload's law.
  Setting<Seconds> step_time;
  // A fraction, as 0.9.
  Setting<double> au_target;
  // No barrier after every step.
  Setting<bool> asynchronous = false;
  // Through the page cache, or past it.
  Setting<ReadMode> read = ReadMode::kBuffered;
  // Of one request; the largest piece in which a sample is asked for.
  Setting<Bytes> transfer_size;
  // What becomes of bytes that were read: dropped, or copied into batch buffers as
  // a framework would.
  Setting<Deliver> deliver = Deliver::kDiscard;
};

// How bytes move on this machine; of what reads a storage. No part of the workload: it changes how
// well this client reads, not what the job asks for.
struct EngineAsk {
  // One of engine_words(). kAuto takes io_uring where the kernel grants it, else
  // threads, and the Record says why.
  Setting<EngineKind> engine = EngineKind::kAuto;
  // I/O loops; 0 = one per core. More than threads_of allows is refused.
  Setting<std::uint64_t> threads = 0;
  // Of one read, after which it counts as failed (ETIMEDOUT); 0 = never.
  Setting<Seconds> timeout = Seconds{30};
};

// How a place over a network is reached (storage/remote_access.h); what is not said is found where the usual tools look. With a
// directory none of it may be said.
struct RemoteAsk {
  Setting<std::string> endpoint, region, profile;
  Setting<BucketStyle> bucket_style = BucketStyle::kAuto;
};
RemoteAccess access_of(const RemoteAsk& ask, const Environment& environment);

// --cache-size. Throws UserError for less than any cache has.
Bytes cache_size_of(Bytes asked);
// The policy of storage.yaml that a cache on a host's disk has.
CachePolicy cache_policy_of(Replacement replacement);

// "auto", "io_uring", ...: the engines that a job may name, in the order of
// engine_table(). The null engine is not there: a job asks for it by `--null`, so that
// nobody takes its figures for storage's.
std::vector<std::string> engine_words();

// Everything that changes the workload, as "dotted.key=value": options with a key in the order of
// the rows, then --set and bare words in theirs. Later ones win when they are applied, so what was
// said most precisely wins. Empty where nothing was given. Texts are not judged here.
std::vector<std::string> overrides_of(const FieldsAsk& ask);

// The workload that is meant: W or --dlio, --dataset over it, then all overrides; what `use` uses is asked for and
// validated together. Overrides of `dataset.*` are applied after the block of --dataset, the others before it.
// `preset` stands in for W where it is not empty.
//
// Reads the files that are named, each whole; touches nothing else. Throws UserError for a file
// that cannot be read, an unknown preset or key, and a job that contradicts itself. What is odd but
// possible is in its `warnings`.
Workload workload_of(const WorkloadAsk& ask, const std::string& preset = {}, Use use = Use::kJob);

// `asked` as a number of threads, 0 left as it is (the callee chooses). Throws UserError for more
// than makes sense: 16 times the cores, but 64 are always and 1024 the most allowed. Chosen: beyond
// that a slip of the finger is likelier than a need, and each thread costs a stack and an engine.
unsigned threads_of(std::uint64_t asked);

// --timeout as it can be kept: 0 is never. Throws UserError for less than a millisecond: requests are looked at a few
// times in that, and a read from memory takes that long on a busy machine.
Seconds timeout_of(Seconds asked);

}  // namespace aforo
