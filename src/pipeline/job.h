// What a training job is made of (JobPlan), what it yields (JobResult), and who watches it (JobObserver).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "dataset/layout.h"
#include "measure/au.h"
#include "pipeline/checkpoint_stats.h"
#include "pipeline/reader_stats.h"
#include "pipeline/vote.h"
#include "workload/checkpoint.h"
#include "workload/spec.h"

namespace aforo {

// Proves that `bytes` are sample `id`; a sentence says what is wrong otherwise. Thread-safe.
using SampleCheck =
    std::function<tl::expected<void, std::string>(SampleId id, std::span<const std::byte> bytes)>;

// Follows one shard from front to back and proves its framing (and, if built to, its contents). Used by one
// reader.
class StreamCheck {
 public:
  virtual ~StreamCheck() = default;
  // The shard's next bytes; a sentence says what is wrong.
  virtual tl::expected<void, std::string> feed(std::span<const std::byte> bytes) = 0;
  // Whether every sample that was fed whole is thereby proved, not its framing alone.
  virtual bool proves_samples() const = 0;
};
using StreamCheckFactory = std::function<std::unique_ptr<StreamCheck>(FileId)>;  // thread-safe

// The ranks that this process carries: [first, first + here) of the job's [0, all). A rank has one number,
// the one among all, in StepTimes, in the sampler and in the seeds of its random numbers; so what a rank
// does, and which samples it reads, does not depend on how ranks are spread over processes.
struct Ranks {
  std::uint32_t first = 0, here = 1, all = 1;  // 1 <= here, first + here <= all

  constexpr Ranks() = default;
  constexpr Ranks(std::uint32_t ranks) : here(ranks), all(ranks) {}  // implicit: a job in one process
  constexpr Ranks(std::uint32_t f, std::uint32_t h, std::uint32_t a) : first(f), here(h), all(a) {}

  constexpr bool in_one_process() const { return here == all; }
  bool operator==(const Ranks&) const = default;
};

struct JobPlan {
  const Layout* layout = nullptr;  // outlives the job
  LoaderSpec loader;
  Law step_time;  // seconds; mean 0 = no compute (ceiling runs)
  Ranks ranks;
  std::uint64_t epochs = 1;
  std::uint64_t steps = 1;  // per epoch, >= 1
  bool synchronous = true;
  CheckpointPlan checkpoint;        // loaders read on meanwhile
  bool skip_errors = true;          // false: the first failed sample stops the job
  SampleCheck check;                // random access; empty = contents are not looked at
  StreamCheckFactory stream_check;  // shards read front to back; empty = framing is not looked at
};

// One step of one rank, as it happened.
struct StepTimes {
  std::uint32_t rank = 0;
  std::uint64_t epoch = 0, step = 0;
  Seconds epoch_start{0};  // of the rank: before its loader was asked for anything
  Seconds begin{0};        // when the rank asked for the batch
  Seconds load_wait{0};
  Seconds compute{0};  // really measured
  Seconds checkpoint{0};
  Seconds barrier_wait{0};
  Seconds asked{0};  // compute time asked for
};

// Called on the home executor, in order of time. Must be quick; must not throw.
class JobObserver {
 public:
  virtual ~JobObserver() = default;
  virtual void on_step(const StepTimes&) {}
  // All ranks ended epoch `epoch`; the next has not begun. Runs between epochs, outside every rank's clock.
  virtual void on_epoch_end(std::uint64_t /*epoch*/) {}
  // True ends the job cleanly after the step that all ranks still finish together. Asked before every step;
  // where ranks are spread over processes, once per step, when all ranks here have finished it.
  virtual bool should_stop() { return false; }
};

struct JobResult {
  Ranks ranks;                                 // whose result this is
  std::vector<std::vector<RankEpoch>> epochs;  // [epoch][rank - ranks.first]; the last may be interrupted
  ReaderStats readers;
  Seconds first_step{0};  // when the first batch reached an accelerator, on the world's clock
  std::uint64_t samples_delivered = 0;
  CheckpointStats checkpoints;
  std::uint64_t samples_read_again = 0;  // of these, a second time in place of samples that failed
  bool stopped = false;                  // ended early: asked to, or by an error under `stop`
  bool failed = false;                   // ... by an error
  Vote ending;                           // why, and which host said so first; the same on every host

  // Takes in the result of the ranks that follow these; both are of the same job, and their times on one
  // clock. Associative. Throws std::logic_error where `next` is not what follows. An epoch that only one of
  // them has gets ranks that did no step, so it has no AU (measure/au.h).
  void merge(JobResult next);
};

}  // namespace aforo
