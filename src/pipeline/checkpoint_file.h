// CheckpointFileWriter: what a rank does on its lane to write one file of a checkpoint, and rank 0 to make the
// checkpoint whole, or to take one away.
//
// All on the lane. Errors are data: they end what they befall and are counted in the CheckpointStats that is
// given, as are the times of each operation, because each of them may be the one that a storage is slow at.
#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <string_view>

#include "dataset/checkpoint_layout.h"
#include "pipeline/checkpoint_stats.h"
#include "pipeline/sync.h"
#include "pipeline/task.h"
#include "pipeline/world.h"
#include "workload/checkpoint.h"

namespace aforo {

template <World W>
class CheckpointFileWriter {
 public:
  // All outlive it. `ending`: whether the job ends, seen between two chunks.
  CheckpointFileWriter(W& world, const CheckpointPlan& plan, const std::atomic<bool>& ending)
      : world_(world), plan_(plan), ending_(ending) {}

  // The directory that a checkpoint is written in. The first rank to come makes it: that it is there is no error.
  Task<bool> make_directory(LaneId lane, std::uint64_t number, CheckpointStats& mine) {
    Lap lap(world_);
    const FileId directory = CheckpointLayout::writing_directory(number);
    const auto made = co_await world_.make_directory(lane, directory);
    lap.add(mine.times.creating);
    const int error = made.error() == EEXIST ? 0 : made.error();
    if (error) count(directory, error, false, mine);
    co_return error == 0;
  }

  // One file, from create to close. What fails first ends it: a file that could not be created is
  // not closed, one that could not be written is closed but not synced. When the job ends
  // meanwhile, the file is left at the chunk that was under way and counts as unfinished.
  Task<> write_file(LaneId lane, FileId id, std::uint64_t length, CheckpointStats& mine) {
    Lap lap(world_);
    auto file = co_await world_.create(lane, id);
    lap.add(mine.times.creating);
    if (file.error()) {
      count(id, file.error(), false, mine);
      co_return;
    }
    Progress at{length, 0, 0, 0};
    if (plan_.depth <= 1 || length <= plan_.chunk.value) {
      co_await write_chunks(lane, file, at);
    } else {
      WaitGroup writers;
      const std::uint64_t chunks = (length + plan_.chunk.value - 1) / plan_.chunk.value;
      const auto count_of = static_cast<std::uint32_t>(std::min<std::uint64_t>(plan_.depth, chunks));
      writers.add(count_of);
      for (std::uint32_t i = 0; i < count_of; ++i)
        spawn(write_chunks(lane, file, at), [&writers] { writers.done(); });
      co_await writers.wait();
    }
    mine.bytes += at.done;
    lap.add(mine.times.writing);
    int error = at.error;
    if (!error && at.done == length && plan_.sync) {
      const auto synced = co_await world_.sync(lane, file);
      error = synced.error();
      lap.add(mine.times.syncing);
    }
    co_await world_.close(lane, file);
    lap.add(mine.times.closing);
    count(id, error, at.done == length, mine);
  }

  // Once all ranks have written: the manifest, and the directory's own name. False: it could not be, and the
  // checkpoint is none.
  Task<bool> commit(LaneId lane, std::uint64_t number, std::string_view text, CheckpointStats& mine) {
    Lap lap(world_);
    const FileId fresh = CheckpointLayout::new_manifest(number), proof = CheckpointLayout::manifest(number);
    auto file = co_await world_.create(lane, fresh);
    lap.add(mine.times.creating);
    if (file.error()) co_return fails(fresh, file.error(), mine);
    const auto written = co_await world_.write_text(lane, file, text);
    lap.add(mine.times.writing);
    int error = written.error();
    if (!error && plan_.sync) {
      const auto synced = co_await world_.sync(lane, file);
      error = synced.error();
      lap.add(mine.times.syncing);
    }
    co_await world_.close(lane, file);
    lap.add(mine.times.closing);
    if (error) co_return fails(fresh, error, mine);
    error = co_await rename(lane, fresh, proof);
    if (!error)
      error = co_await rename(lane, CheckpointLayout::writing_directory(number),
                              CheckpointLayout::directory(number));
    lap.add(mine.times.renaming);
    co_return error == 0 || fails(proof, error, mine);
  }

  // Loses its name first: what is left of it, where this is cut short, is no checkpoint.
  Task<> remove(LaneId lane, const CheckpointLayout& layout, std::uint64_t number, CheckpointStats& mine) {
    const FileId directory = CheckpointLayout::directory(number),
                 going = CheckpointLayout::writing_directory(number);
    int error = co_await rename(lane, directory, going);
    if (error) {
      fails(directory, error, mine);
      co_return;
    }
    const CheckpointShape& shape = layout.shape();
    for (std::uint32_t rank = 0; rank < shape.ranks(); ++rank)
      for (std::uint32_t part = 0; part < shape.files_of(rank); ++part) {
        const auto removed = co_await world_.remove(lane, layout.id({number, rank, part}));
        if (removed.error() && removed.error() != ENOENT) error = removed.error();
      }
    const auto manifest = co_await world_.remove(lane, CheckpointLayout::manifest(number));
    const auto empty = co_await world_.remove_directory(lane, going);
    if (!error) error = manifest.error() ? manifest.error() : empty.error();
    if (error)
      fails(going, error, mine);
    else
      ++mine.removed;
  }

 private:
  struct Progress {
    std::uint64_t length, next, done;  // bytes: of the file, given out, written
    int error;
  };
  // Time since it was looked at last.
  class Lap {
   public:
    explicit Lap(const W& world) : world_(world), since_(world.now()) {}
    void add(Seconds& sum) {
      const Seconds now = world_.now();
      sum += now - since_;
      since_ = now;
    }

   private:
    const W& world_;
    Seconds since_;
  };

  // One of those that write a file side by side; on one thread, so they share where they are.
  Task<> write_chunks(LaneId lane, typename W::File& file, Progress& at) {
    while (at.next < at.length && !at.error && !ending_.load(std::memory_order_relaxed)) {
      const std::uint64_t offset = at.next, length = std::min(plan_.chunk.value, at.length - offset);
      at.next += length;
      const auto written = co_await world_.write(lane, file, offset, length);
      if (!at.error) at.error = written.error();
      at.done += written.bytes();
    }
  }

  // The new name is on storage when this is done, and so are those of all that lies beside it.
  Task<int> rename(LaneId lane, FileId from, FileId to) {
    if (plan_.sync) {
      const auto before = co_await world_.sync_name(lane, from);
      if (before.error()) co_return before.error();
    }
    const auto renamed = co_await world_.rename(lane, from, to);
    if (renamed.error() || !plan_.sync) co_return renamed.error();
    const auto after = co_await world_.sync_name(lane, to);
    co_return after.error();
  }

  static bool fails(FileId id, int error, CheckpointStats& mine) {
    count(id, error, false, mine);
    return false;
  }

  // Each file once: unknown, failed, whole or unfinished, in this order of precedence.
  static void count(FileId id, int error, bool complete, CheckpointStats& mine) {
    if (error == kOutcomeUnknown) {
      ++mine.unknown;
    } else if (error) {
      ++mine.failed;
      if (mine.first_error == 0) mine.first_error = error, mine.first_failed = id;
    } else {
      ++(complete ? mine.whole : mine.unfinished);
    }
  }

  W& world_;
  const CheckpointPlan& plan_;
  const std::atomic<bool>& ending_;
};

}  // namespace aforo
