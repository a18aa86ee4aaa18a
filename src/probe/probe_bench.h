// What a sweep measures by: readers of one dataset in one mode, who take units in one order, over many windows. Those of this
// process, or of several hosts together (crew_bench.h).
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "dataset/layout.h"
#include "model/curve_fit.h"
#include "probe/probe_window.h"
#include "world/cache_reset.h"
#include "world/usage.h"

namespace aforo {

// Up to so many files, a probe drops their data alone and leaves their names known; the names of
// more would not stay known over a job's epoch either, and are dropped too where that is allowed.
// Chosen: names and inodes of so many take some hundred MB of kernel memory.
inline constexpr FileId kMostKnownNames = 200'000;

// All that a probe reads out of the page cache, in that way.
void drop_all(CacheReset& reset, FileId files, std::stop_token stop);

// What goes out of the page cache before units are read again.
enum class Dropped : std::uint8_t { kNothing, kRead, kAll };

// Used from one thread. Nothing is thrown for I/O: see fault().
class ProbeBench {
 public:
  virtual ~ProbeBench() = default;

  // As ProbeReaders::run.
  virtual RawWindow run(const WindowAsk& ask, const std::stop_token& stop) = 0;
  // Drops what was read since the last time, or the layout's first `files` files, and begins anew with the units.
  virtual void rewind(Dropped dropped, FileId files, const std::stop_token& stop) = 0;

  // Units, as of a ProbeCursor; left: as many for each process as for the one that has least.
  virtual std::uint64_t left() const = 0;
  virtual std::uint64_t taken() const = 0;
  // That readers are spread over: so many, or a multiple, are the same on each.
  virtual unsigned hosts() const { return 1; }

  // The first that could not be read; empty = nothing. Its errno, or 0.
  virtual const std::string& fault() const = 0;
  virtual int fault_error() const = 0;
  // What CacheReset notes.
  virtual std::string note() const = 0;
  // Where others used more than kDisturbed of the CPU meanwhile, since this was made: so much of it, and who, as in "this
  // machine's CPU". One for each machine.
  struct Disturbance {
    double share = 0;
    std::string where;
  };
  virtual std::vector<Disturbance> disturbances() const = 0;
  // Which hosts got much less than others, in sentences.
  virtual std::vector<std::string> unlike() const { return {}; }
};

// Of this process. What is passed in outlives it.
class SoloBench final : public ProbeBench {
 public:
  // `cursor`: what a ProbeCursor is made of.
  template <class... Cursor>
  SoloBench(ProbeReaders& readers, CacheReset& reset, Cursor... cursor)
      : readers_(readers), reset_(reset), cursor_(cursor...), before_(readers.used()) {}

  RawWindow run(const WindowAsk& ask, const std::stop_token& stop) override {
    return readers_.run(ask, cursor_, stop);
  }
  void rewind(Dropped dropped, FileId files, const std::stop_token& stop) override;
  std::uint64_t left() const override { return cursor_.left(); }
  std::uint64_t taken() const override { return cursor_.taken(); }
  const std::string& fault() const override { return readers_.fault(); }
  int fault_error() const override { return readers_.fault_error(); }
  std::string note() const override { return reset_.note(); }
  std::vector<Disturbance> disturbances() const override;

 private:
  ProbeReaders& readers_;
  CacheReset& reset_;
  ProbeCursor cursor_;
  const Usage before_;  // by a sweep of the same readers
};

}  // namespace aforo
