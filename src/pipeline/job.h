// What a training job is made of (JobPlan), what it yields (JobResult), and who watches it (JobObserver).
//
//   Workload + Layout --plan_job--> JobPlan --TrainingJob over a World--> JobResult
//                                                   |
//                                                   +--> JobObserver: every step as it happens
//
// A JobResult holds sums per rank and epoch, however many steps they have. Who needs single steps
// (a series, a CSV, an early end) watches.
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
// It is called on the lane that read them, while the bytes are lent: nothing of them is kept. Its
// time is the client's CPU, not storage's: it is not part of a read's measured time.
using SampleCheck =
    std::function<tl::expected<void, std::string>(SampleId id, std::span<const std::byte> bytes)>;

// Follows one shard from front to back and proves its framing (and, if built to, its contents). Used by one
// reader.
// Made when the shard was opened, and gone when it is closed: so it may keep state from request to
// request.
class StreamCheck {
 public:
  virtual ~StreamCheck() = default;
  // The shard's next bytes; a sentence says what is wrong.
  // Called on the reader's lane with every byte once and in order; after a fault it is not called
  // again, as nothing behind a damage can be trusted.
  virtual tl::expected<void, std::string> feed(std::span<const std::byte> bytes) = 0;
  // Whether every sample that was fed whole is thereby proved, not its framing alone.
  virtual bool proves_samples() const = 0;
};
// A check for the shard that is about to be read. Called on any lane: thread-safe.
using StreamCheckFactory = std::function<std::unique_ptr<StreamCheck>(FileId)>;

// The ranks that this process carries: [first, first + here) of the job's [0, all). A rank has one number,
// the one among all, in StepTimes, in the sampler and in the seeds of its random numbers; so what a rank
// does, and which samples it reads, does not depend on how ranks are spread over processes.
struct Ranks {
  // 1 <= here, first + here <= all.
  std::uint32_t first = 0, here = 1, all = 1;

  constexpr Ranks() = default;
  // Implicit: a job in one process.
  constexpr Ranks(std::uint32_t ranks) : here(ranks), all(ranks) {}
  constexpr Ranks(std::uint32_t f, std::uint32_t h, std::uint32_t a) : first(f), here(h), all(a) {}

  // Where this holds, ranks meet at a counter and the World is never asked to meet anybody.
  constexpr bool in_one_process() const { return here == all; }
  bool operator==(const Ranks&) const = default;
};

// All that decides what a job does, whatever World carries it out. Plain data, copied into the job.
// It is not checked here: plan_job makes it from a workload that was judged.
struct JobPlan {
  // Not null; outlives the job.
  const Layout* layout = nullptr;
  // The framework, its workers and window, batch size, shuffle and seed: read through access_of
  // (workload/access.h).
  LoaderSpec loader;
  // Seconds of compute per step, drawn anew for every step of every rank; mean 0 = no compute
  // (ceiling runs).
  Law step_time;
  Ranks ranks;
  std::uint64_t epochs = 1;
  // Per epoch and rank, >= 1. More than the dataset has samples for: it is read again within the
  // epoch (sampler.h).
  std::uint64_t steps = 1;
  // Ranks meet after every step, as gradients do in data-parallel training. False: each goes on by
  // itself and ranks meet only where an epoch ends.
  bool synchronous = true;
  // Loaders read on while ranks stand still for one.
  CheckpointPlan checkpoint;
  // The text that proves the checkpoint of that number whole, written last; empty = an empty one. Thread-safe.
  std::function<std::string(std::uint64_t)> checkpoint_manifest;
  // False: the first failed sample, or checkpoint file, ends the job. A checkpoint file of a job on several hosts always
  // does: the others know of it by that. True: failures are counted; a
  // step whose samples failed is shorter by them, or takes others in their place (stream_loader.h).
  bool skip_errors = true;
  // For samples that are read by themselves; empty = contents are not looked at, only their length.
  SampleCheck check;
  // For shards read front to back; empty = framing is not looked at.
  StreamCheckFactory stream_check;
};

// One step of one rank, as it happened.
// The four waits and works follow each other without a gap: begin + load_wait + compute +
// barrier_wait + checkpoint is the step's end. Times are the World's clock, kept as an accelerator keeps them
// (training_job.h): where this machine wakes it late, the next step is shorter by that.
struct StepTimes {
  std::uint32_t rank = 0;
  std::uint64_t epoch = 0, step = 0;
  // Of the rank: before its loader was asked for anything. T0 of measure/au.h.
  Seconds epoch_start{0};
  // When the rank was free to ask for the batch.
  Seconds begin{0};
  // Until the batch was handed over, next to nothing where it was ready; with what is overdue.
  Seconds load_wait{0};
  // As it was drawn. Of several hosts, whose clocks meet at every step, with `late` up to a step's own time.
  Seconds compute{0};
  // Standing still for one, with waiting for the slowest writer; 0 where none fell due.
  Seconds checkpoint{0};
  // For the slowest rank, of all hosts; 0 where not synchronous.
  Seconds barrier_wait{0};
  // Compute time that was drawn; 0 = none. compute - asked is the error of the emulation.
  Seconds asked{0};
  // By how much this machine woke the accelerator after it was due.
  Seconds late{0};
  // Of it what exceeds `asked` and cannot be made up for: the accelerator stood still for its host.
  Seconds overdue{0};
};

// Called on the home executor, in order of time. Must be quick; must not throw.
class JobObserver {
 public:
  virtual ~JobObserver() = default;
  // A rank has finished a step, checkpoint included. A step that was cut off is never told.
  virtual void on_step(const StepTimes&) {}
  // All ranks ended epoch `epoch`; the next has not begun. Runs between epochs, outside every rank's clock.
  // Also of an epoch that ended early because somebody asked; not where the job was ended at once.
  virtual void on_epoch_end(std::uint64_t /*epoch*/) {}
  // True ends the job cleanly, after the step that all ranks still finish together; where they are not
  // synchronous, each rank before its next step. Asked before every step of a rank, and at every meeting of
  // hosts (training_job.h); where synchronous ranks are spread over hosts, at those meetings alone.
  virtual bool should_stop() { return false; }
};

// What a job did, and how it ended. Valid however it ended: what was measured until then is kept.
// Epochs in which no rank here finished a step are left out.
struct JobResult {
  // Whose result this is.
  Ranks ranks;
  // [epoch][rank - ranks.first]; the last may be interrupted.
  std::vector<std::vector<RankEpoch>> epochs;
  // Merged over lanes; samples that were read ahead and never handed out are in it.
  ReaderStats readers;
  // When the first batch reached an accelerator, on the World's clock; 0 = none did.
  Seconds first_step{0};
  // To accelerators, in finished steps only. `readers.samples` may be more.
  std::uint64_t samples_delivered = 0;
  CheckpointStats checkpoints;
  // Of these, a second time in place of samples that failed.
  std::uint64_t samples_read_again = 0;
  // Ended early: asked to, or by an error that may not be skipped.
  bool stopped = false;
  // ... by an error. Implies `stopped`.
  bool failed = false;
  // Why, as far as this host knows: the first end at once that it said or heard, or else who asked. Hosts that
  // end at once before they meet again keep each its own reason; `merge` gives the job's: the gravest, of
  // equals the lowest host's.
  Vote ending;

  // Takes in the result of the ranks that follow these; both are of the same job, and their times on one
  // clock. Associative. Throws std::logic_error where `next` is not what follows. An epoch that only one of
  // them has gets ranks that did no step, so it has no AU (measure/au.h).
  void merge(JobResult next);
  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(ranks, epochs, readers, first_step, samples_delivered, checkpoints, samples_read_again, stopped,
            failed, ending);
  }
};

}  // namespace aforo
