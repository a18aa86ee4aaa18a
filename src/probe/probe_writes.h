// What writing takes on a storage: how fast so many writers side by side are, each with files of its own, and what is left
// to them and to readers where both work.
//
// A file takes p + bytes x n / rate(n) where n write: p, what it takes whatever its size, is told from two sizes of one
// writer alone. With more the rate is n x bytes / time, of what was written while all were at it, p taken off each file. Files of
// 4 KiB tell what the smallest takes, by one writer (storage that takes 4 ms for a request takes them for these too), and by
// as many as the curve goes to how many are made a second, where that is less than they would come to. What one write takes
// whatever its size is told from a file of the same bytes in sixteen times as many writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "model/storage_spec.h"
#include "probe/probe_writers.h"

namespace aforo {

// What writes, and how long it may.
struct WritesAsk {
  ReadMode mode = ReadMode::kBuffered;
  // Of the curve, as in WriteCurve.
  StationScope scope = StationScope::kShared;
  std::uint32_t hosts = 1;
  // For all levels; aimed at.
  Seconds time{10};
  // That may be taken of storage at once.
  Bytes room{0};
  unsigned most_writers = 64;
};

// The curve, `beside` not yet in it; without points where nothing could be measured, and `unknown` says why.
struct ProbedWrites {
  WriteCurve curve;
  std::vector<std::string> notes, unknown;
  std::uint64_t bytes = 0;  // written in all
  Seconds spent{0};
};

// Told before each level: writers, and the last level's rate. May be empty.
using WriteNews = std::function<void(unsigned writers, BytesPerSecond rate)>;

// Blocks. Levels are doublings as far as the rate grows. Ends early on a stop, with what is there. Throws UserError as
// write_side_by_side does.
// `chunk`: bytes of a write.
ProbedWrites measure_writes(const WriteHand& write, std::size_t chunk, const WritesAsk& ask,
                            const std::stop_token& stop, const WriteNews& news);

// Files per second of all writers, from when all had begun until the first had ended its last; 0 where that is what so many
// of `alone` each come to, so that no limit was met.
PerSecond limit_of_files(const WriteRun& run, Seconds alone);

// The fewest writers that have nine tenths of the best rate, kMostBeside at most: those that readers are set beside.
unsigned writers_beside(const WriteCurve& curve);
inline constexpr unsigned kMostBeside = 16;
// Bytes of each of their files: about half a second's.
std::uint64_t file_beside(const WriteCurve& curve, unsigned writers, std::size_t granule);
// Bytes that files are multiples of: 8 MiB, or a chunk where that is smaller.
std::size_t granule_of(std::size_t chunk);

// Bytes per second of all writers of `run` together, within [from, until], without `per_file` of each file; what lies on
// an edge counts by its part. Absent where nothing was written then. Pure.
std::optional<BytesPerSecond> write_rate(const WriteRun& run, Seconds from, Seconds until, Seconds per_file);

// What a write takes whatever its size, from the times of a file in `few` writes and in `many`; 0 where they differ by
// less than a tenth. Pure.
Seconds time_of_a_write(std::size_t few, Seconds few_time, std::size_t many, Seconds many_time);

// per_file and the rate of a lone writer, from the times of files of two sizes, small < large. Pure.
struct LoneWriter {
  Seconds per_file{0};
  BytesPerSecond rate{0};
};
LoneWriter lone_writer(std::uint64_t small, Seconds small_time, std::uint64_t large, Seconds large_time);

}  // namespace aforo
