// A full screen that says how a run goes, five times a second, by whoever owns the terminal.
//
// Pure, thread-safe, no failure: a status and the size of a screen in, rows of text with tones out. Names from outside are
// made printable. However small the screen, no row is wider than it and there are no more rows than it has: what matters
// least is left out first, down to the one line of live.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "report/live.h"
#include "report/tone.h"

namespace aforo {

// What accelerators did with their time: shares of it that sum to 1; none where no step has ended yet.
struct LiveRanks {
  std::string name;  // "7", or "0-15" of several
  double compute = 0, data = 0, others = 0, checkpoint = 0;
};

struct LiveScreen {
  // What the one line says; `au` and `samples` are so far and now.
  LiveStatus line;
  std::string workload, place, engine;
  std::uint64_t accelerators = 0;
  std::optional<double> au_target;
  // Of the last seconds; unknown where no step ended in them.
  std::optional<double> au_now;
  // One value per `history_step`, the oldest first; NaN = unknown.
  std::vector<double> au_history;
  Seconds history_step{1};
  // Read by the job, and of that by storage: now.
  std::optional<BytesPerSecond> read, from_storage;
  // Of a request, in the last seconds.
  std::optional<Seconds> read_p50, read_p99;
  std::uint64_t in_flight = 0, failed = 0;
  std::vector<LiveRanks> ranks;
  // Better known now than at the end; empty = nothing.
  std::string note;
  // Somebody has asked for the end.
  bool ending = false;
};

// How it is looked at.
struct LiveFrame {
  std::size_t rows = 24, columns = 80;
  std::size_t first = 0;  // of the ranks: the first row of the table
  bool help = false;
  bool unicode = true;
};

struct LiveSpan {
  std::string text;
  Tone tone = Tone::kPlain;
};
using LiveRow = std::vector<LiveSpan>;

std::vector<LiveRow> live_screen(const LiveScreen& screen, const LiveFrame& frame);

// The largest `first` at which the table is full, so that nobody scrolls into the void.
std::size_t last_first(const LiveScreen& screen, const LiveFrame& frame);

}  // namespace aforo
