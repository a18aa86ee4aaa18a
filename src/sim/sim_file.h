// A file of the simulated world, open for reading or new, and what writing it takes.
#pragma once

#include <array>
#include <cstdint>

#include "pipeline/sync.h"
#include "pipeline/task.h"
#include "pipeline/world.h"
#include "sim/sim_storage.h"
#include "sim/visit.h"

namespace aforo {

// Opened by SimWorld; belongs to its lane.
struct SimFile {
  FileId id = 0;
  // Bytes; 0 = unknown: reads are then not cut at its end.
  std::uint64_t size = 0;
  // Of a file that is one operation: all its parts go that way, as the cache was asked when it
  // was opened.
  const Route* route = nullptr;
  // The operation's place in the distribution of jitter (OperationPart::u); negative where each read is
  // an operation of its own.
  double u = 0;
  int code = 0;
  int error() const { return code; }
};

struct SimWritten {
  int code = kOutcomeUnknown;
  std::uint64_t n = 0;
  int error() const { return code; }
  std::uint64_t bytes() const { return n; }
};

// Their awaitables; what `writes` is lives in the storage.
// `writes` null: ends at once.
class CreateVisit final : public Visit {
 public:
  CreateVisit(HostId host, const WriteWays* writes, const SimFile& file) : Visit(host), file_(file) {
    if (writes == nullptr) return;
    std::array<double, kMostSummed> works{};
    works.fill(1);  // file
    works[0] = writes->per_file;
    take_summed(writes->file, works, 1);
  }
  SimFile await_resume() const noexcept { return file_; }

 private:
  bool next() override { return false; }
  SimFile file_;
};

// The bytes of a write over its host's link.
class LinkVisit final : public Visit {
 public:
  LinkVisit(HostId host, const WriteWays& writes, FileId file, std::uint64_t bytes) : Visit(host) {
    take(writes.link, {file, static_cast<double>(bytes), false, false, -1});
  }
  void await_resume() const noexcept {}

 private:
  bool next() override { return false; }
};

class WriteVisit final : public Visit {
 public:
  WriteVisit(HostId host, const WriteWays* writes, FileId file, std::uint64_t bytes)
      : Visit(host), written_{writes ? 0 : kOutcomeUnknown, writes ? bytes : 0} {
    if (writes != nullptr) take(writes->bytes, {file, static_cast<double>(bytes), false, false, -1});
  }
  SimWritten await_resume() const noexcept { return written_; }

 private:
  bool next() override { return false; }
  SimWritten written_;
};

inline Task<> pass_link(HostId host, const WriteWays& writes, FileId file, std::uint64_t n) {
  co_await LinkVisit(host, writes, file, n);
}
inline Task<> wait_at_least(HostId host, const WriteWays& writes) {
  co_await WorkVisit(host, writes.waits, writes.least);
}

// A write of n bytes at `offset` of a file: done when all of storage, the host's link and the least there is are.
inline Task<SimWritten> write_in(HostId host, const WriteWays* writes, FileId file, std::uint64_t offset,
                                 std::uint64_t n) {
  WaitGroup beside;
  if (writes != nullptr && !writes->link.empty()) {
    beside.add();
    spawn(pass_link(host, *writes, file, n), [&beside] { beside.done(); });
  }
  if (writes != nullptr && writes->is_small(offset, n)) {
    beside.add();
    spawn(wait_at_least(host, *writes), [&beside] { beside.done(); });
  }
  const SimWritten written = co_await WriteVisit(host, writes, file, n);
  co_await beside.wait();
  co_return written;
}

}  // namespace aforo
