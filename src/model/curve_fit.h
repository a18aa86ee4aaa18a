// From what readers did to a curve: pure functions, no clock, no file.
//
// A window holds `readers` operations in flight from beginning to end. What matters downstream is X(n), the
// rate at a constant number in flight, under the rule that each of n operations progresses at X(n) / n. So
// the rate of a window counts every operation by the share of its duration that lies inside: an operation
// that reaches over an edge counts in part. This is unbiased in steady state, and for few long operations far
// less uneven than counting completions. What lies in the middle weighs more than what lies at the edges (a
// Hann window): where storage lets operations through in bursts (a token bucket's slices, readers in step),
// how many bursts an edge happens to cut off then says little. Latencies are of operations that end inside:
// of those that begin and end inside, the long ones would be missing.
//
// But readers begin at once, and where storage serves one after another those that wait have no part done yet, however
// long they have waited: of a window of few turns the rule sees up to (ln n + 0.6) times the rate. There all operations
// count, from the first's beginning to the last's end, at the number that was in flight on the average (Little 1961):
// fewer than n, as all end. fit_curve goes from there to n.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "model/storage_spec.h"

namespace aforo {

// s, of CurvePoint::common: what slows all at once lasts longer. Chosen.
inline constexpr double kSlot = 0.1;
// Variance of a rate by Hann's weights over that by even ones: exact.
inline constexpr double kHannNoise = 1.5;

struct RawOperation {
  Seconds begin{0}, end{0};
  std::uint64_t bytes = 0;
};

// What was seen at one concurrency, on the clock of the operations.
struct RawWindow {
  unsigned readers = 1;
  // Measured part: all readers were busy.
  Seconds from{0}, until{0};
  // Also those that reach in or out of it, in any order.
  std::vector<RawOperation> operations;
  // Of the whole window, ramp and end included:
  std::uint64_t operations_in_all = 0, bytes_in_all = 0;
  // What these counters go with.
  Seconds cpu{0};
  std::optional<std::uint64_t> bytes_from_storage;
};

// A window without its operations: what fitting needs, of bounded size.
struct WindowDigest {
  // Operations whose size and latency are kept.
  static constexpr std::size_t kMostKept = 8192;

  unsigned readers = 1;
  Seconds length{0};     // of the measured part
  PerSecond rate{0};     // operations per second, at
  double in_flight = 1;  // `readers`, or what there were on the average in a window of few turns
  // Mean of an operation's, as the rate counts them.
  double rate_bytes = 0;
  std::uint64_t counted = 0;  // operations that ended inside
  double mean_bytes = 0;      // of these
  Seconds mean_latency{0};
  double latency_cv2 = 0;  // squared coefficient of variation
  Seconds p99{0};
  // The share of an operation's time that goes with its size, and 1 / its squared standard error; weight 0
  // where sizes do not vary.
  double share = 0, share_weight = 0;
  std::vector<RawOperation> kept;  // evenly chosen
  // What completed in slots of 100 ms, each in means of the window: sums of squared deviations of operations and of
  // bytes, and of their products; slots less one, the mean operations of a slot, and those of one reader in it.
  double slot_operations = 0, slot_bytes = 0, slot_products = 0;
  double slot_degrees = 0, slot_mean = 0, slot_turns = 0;
  // Of the measured part, operations counted by the share of their time in it: how many there were, and what its first
  // half has more than its second, of them and of their bytes (in means of an operation's).
  double halves = 0, more_operations = 0, more_bytes = 0;
  std::uint64_t operations_in_all = 0, bytes_in_all = 0;
  Seconds cpu{0};
  // Of the bytes; absent where nobody counts.
  std::optional<double> cache_share;
};

// Operations per second, and bytes per second, between `from` and `until`, by Hann's weights; parts counted
// as parts.
struct WorkRate {
  double operations = 0, bytes = 0;
};
WorkRate work_rate(std::span<const RawOperation> operations, Seconds from, Seconds until);

WindowDigest digest(const RawWindow& window);

// CurvePoint's.
struct Jitter {
  std::vector<double> quantiles, tail;
};
// `count` equally spaced quantiles of `ratios`, scaled to mean 1 as read by linear interpolation. The last
// one is not the maximum but what gives the last interval the mean of the ratios in it: one outlier in a
// thousand must not weigh as one in sixty. Empty for fewer than 20 ratios.
//
// The tail: as many quantiles within the last interval, likewise, as two ratios for each allow, 17 at most; empty for
// fewer than four ratios there, and where it goes hardly beyond the last interval's line.
Jitter jitter_of(std::vector<double> ratios, std::size_t count = 33);

// Coefficient of variation of the rate over 100 ms beyond what independent completions explain. Absent for
// fewer than 8 slots that hold 2 operations of each reader: in shorter ones completions bunch by themselves.
// With n readers whose latencies have squared coefficient c^2, a slot of a mean latencies holds completions
// of variance n (c^2 a + min(a, 1/4)) at most (renewal theory, Cox 1962).
//
// Here and below `share` is the share of an operation's time that goes with its size, at `size`: what completes is
// counted in work (work_of). Of latencies that are work x luck, luck of mean 1 and squared coefficient c^2, the completed
// work of independent readers varies as E[work^2] c^2 (renewal reward).
struct SizeShare {
  double size = 1, share = 0;
};
// Of an operation of so many bytes, in those of one of `size`.
inline double work_of(double bytes, SizeShare of) { return 1 - of.share + of.share * bytes / of.size; }
std::optional<double> common_of(std::span<const WindowDigest> windows, SizeShare sizes = {});

// How much narrower than its latencies the work of operations lies, in (0, 1]. Latencies may vary although
// every operation costs the same: where storage paces requests (a token bucket, a limit of a cloud volume) a
// few wait long for what the others were let through at once. Independent work of squared coefficient c^2
// makes the completions in a time vary by c^2 x their mean (renewal theory). Where they vary by less than a
// quarter of what the latencies say, the rest is pacing.
//
// How few degrees of freedom tell follows from how well they agree: of random work 5 in 1000 agree as well
// (chi-squared, by Wilson and Hilferty 1931: of 4 degrees a twentieth of what latencies say, of 12 a quarter). Absent
// where there are fewer than 8, and they do not tell.
//
// By slots within windows of one level or of all; only windows whose slots hold 4 operations of a reader.
std::optional<double> pacing_by_slots(std::span<const WindowDigest> windows, SizeShare sizes = {});
// By windows of all levels, which sees pacing in slices longer than a slot. Of 9 degrees and more the one that lies
// furthest off is left out: a disturbed window says nothing of the others.
std::optional<double> pacing_by_windows(std::span<const WindowDigest> windows, SizeShare sizes = {});
// By the two halves of each window, of all levels: likewise, and what drifts from window to window is not in it.
std::optional<double> pacing_by_halves(std::span<const WindowDigest> windows, SizeShare sizes = {});

// All windows of one class of operations, of any levels and in any order, into its curve: rising concurrency,
// rates as joined_rates and without_dips have them (probe_rates.h), spread (max - min) / median, jitter
// narrowed by what pacing says; where a level's slots tell nothing of pacing or of `common`, as at the level
// below. Operations are of mean size `size` (0 = the mean of what was read). At least one window with
// completed operations.
ReadCurve fit_curve(ReadKind kind, ReadMode mode, bool cached, std::span<const WindowDigest> windows,
                    double size = 0);

// Whether most operations found their bytes fetched already: half of them took less than a quarter of the
// mean.
bool read_ahead(std::span<const WindowDigest> windows);

// Whether sizes varied within windows, so that fit_curve measured size_share.
bool share_is_measured(std::span<const WindowDigest> windows);

// Sets size_share of curves whose operations are all of one size: from two sizes of the same class where they
// were measured (latency at the same concurrency, linear in size), else 1 from 1 MiB on and 0 below. Says in
// the result what was assumed. `measured[i]`: curve i has its share from its own operations already.
std::vector<std::string> set_size_shares(std::vector<ReadCurve>& curves, const std::vector<bool>& measured);

// The curve as it is written for people: four significant digits, far below any spread.
ReadCurve rounded_for_file(ReadCurve curve);
double rounded_for_file(double value);

// The smallest concurrency with at least 95 % of the best rate.
double knee_of(const ReadCurve& curve);

// CPU seconds as operations x a + bytes x b, by least squares of relative errors, neither below 0. Where all
// windows have operations of one size, that size decides: from 256 KiB on all goes with the bytes, below with
// the operations; `split` is then false.
struct ClientCost {
  Seconds per_operation{0}, per_byte{0};
  bool split = true;
};
ClientCost client_cost(std::span<const WindowDigest> windows);

}  // namespace aforo
