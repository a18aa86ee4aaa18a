// Restore: reading checkpoints back, as coroutines: each reader its files one after another, all readers side by side.
//
// A reader moves to the lane of its rank, and there opens a file, reads it chunk by chunk, several at once where that is
// asked for, proves what it read where that is asked for, and closes it. What a reader reads is its affair alone: who
// shares a file reads it twice.
//
// Threads: all on home, but for the reading itself, whose state lies in its own frame. Errors are data: what fails first
// in a file ends that file, and is counted.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "dataset/file_names.h"
#include "pipeline/sync.h"
#include "pipeline/task.h"
#include "pipeline/world.h"

namespace aforo {

// The first `bytes` of a file.
struct RestorePiece {
  FileId file = 0;
  std::uint64_t bytes = 0;
  bool operator==(const RestorePiece&) const = default;
};

struct RestorePlan {
  std::vector<std::vector<RestorePiece>> readers;  // of each, in the order of reading; reader r is rank r
  Bytes chunk{std::uint64_t{8} << 20};             // > 0; of one read. A file's last may be shorter
  std::uint32_t depth = 1;                         // >= 1; reads of one file at once
  // Where bytes first are not those that were written; absent = nowhere. Empty: nothing is proved. On any lane.
  std::function<std::optional<std::uint64_t>(FileId, std::uint64_t offset, std::span<const std::byte>)> check;
};

struct RestoreStats {
  std::uint64_t bytes = 0, whole = 0, failed = 0, unfinished = 0;  // the last three: files
  // Sums over readers, as of CheckpointTimes.
  Seconds opening{0}, reading{0}, closing{0};
  Seconds slowest{0};
  std::vector<double> rank_seconds;  // of readers that had something to read, in no order
  std::optional<Seconds> rank0;
  // The first that failed: an errno, or where its bytes are not those that were written. 0 and absent: none did.
  int first_error = 0;
  std::optional<std::uint64_t> first_wrong;
  FileId first_failed = 0;
  void merge(const RestoreStats& other);
  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(bytes, whole, failed, unfinished, opening, reading, closing, slowest, rank_seconds, rank0,
            first_error, first_wrong, first_failed);
  }
  bool operator==(const RestoreStats&) const = default;
};

template <World W>
class Restore {
 public:
  // `plan` and `ending` outlive it: whether to end at the next chunk.
  Restore(W& world, const RestorePlan& plan, const std::atomic<bool>& ending)
      : world_(world), plan_(plan), ending_(ending) {}

  // All readers, until the slowest is done. Home to home; once.
  Task<RestoreStats> run() {
    WaitGroup readers;
    readers.add(plan_.readers.size());
    for (std::uint32_t rank = 0; rank < plan_.readers.size(); ++rank)
      spawn(read(rank), [&readers] { readers.done(); });
    co_await readers.wait();
    co_return std::move(stats_);
  }

 private:
  struct Progress {
    RestorePiece piece;
    std::uint64_t next, done;  // bytes: given out, read
    int error;
    std::optional<std::uint64_t> wrong;
  };

  Task<> read(std::uint32_t rank) {
    const std::vector<RestorePiece>& pieces = plan_.readers[rank];
    if (pieces.empty()) co_return;
    const LaneId lane = world_.lane_of(rank, rank);
    const Seconds begin = world_.now();
    RestoreStats mine;
    co_await world_.enter_lane(lane);
    for (const RestorePiece& piece : pieces) {
      if (ending_.load(std::memory_order_relaxed)) break;
      co_await read_file(lane, piece, mine);
    }
    co_await world_.go_home();
    mine.slowest = world_.now() - begin;
    mine.rank_seconds.push_back(mine.slowest.value);
    if (rank == 0) mine.rank0 = mine.slowest;
    stats_.merge(mine);
  }

  Task<> read_file(LaneId lane, const RestorePiece& piece, RestoreStats& mine) {
    Seconds since = world_.now();
    const auto lap = [this, &since](Seconds& sum) {
      const Seconds now = world_.now();
      sum += now - since;
      since = now;
    };
    auto file = co_await world_.open(lane, piece.file);
    lap(mine.opening);
    Progress at{piece, 0, 0, file.error(), {}};
    if (!at.error) {
      const std::uint64_t chunks = (piece.bytes + plan_.chunk.value - 1) / plan_.chunk.value;
      const auto side_by_side = static_cast<std::uint32_t>(std::min<std::uint64_t>(plan_.depth, chunks));
      WaitGroup readers;
      readers.add(side_by_side);
      for (std::uint32_t i = 0; i < side_by_side; ++i)
        spawn(read_chunks(lane, file, at), [&readers] { readers.done(); });
      co_await readers.wait();
      lap(mine.reading);
      co_await world_.close(lane, file);
      lap(mine.closing);
    }
    mine.bytes += at.done;
    if (!at.error && !at.wrong && at.done < piece.bytes) {
      ++mine.unfinished;
      co_return;
    }
    ++(at.error || at.wrong ? mine.failed : mine.whole);
    if (mine.failed != 1 || !(at.error || at.wrong)) co_return;
    mine.first_error = at.error, mine.first_wrong = at.wrong, mine.first_failed = piece.file;
  }

  // A file that is shorter than it was written ends with EIO: nothing of what is missing can be had.
  Task<> read_chunks(LaneId lane, typename W::File& file, Progress& at) {
    while (at.next < at.piece.bytes && !at.error && !at.wrong && !ending_.load(std::memory_order_relaxed)) {
      const std::uint64_t offset = at.next, length = std::min(plan_.chunk.value, at.piece.bytes - offset);
      at.next += length;
      const auto got = co_await world_.read(lane, file, offset, length);
      at.done += got.bytes();
      if (got.error() || got.bytes() < length) at.error = got.error() ? got.error() : EIO;
      if (at.error || !plan_.check) continue;
      if (const auto wrong = plan_.check(at.piece.file, offset, got.data()); wrong && !at.wrong)
        at.wrong = wrong;
    }
  }

  W& world_;
  const RestorePlan& plan_;
  const std::atomic<bool>& ending_;
  RestoreStats stats_;
};

}  // namespace aforo
