// When a probe has seen enough for one job: after a first look it measures on in rounds of ever longer windows, asks
// after each how narrowly the job could be predicted from what was seen, and ends as soon as that is narrow enough,
// no probe could make it narrower, or its time is over.
//
// How a job is predicted is not known here (`plan` lies above): whoever asks for the probe brings it. No clock and no
// file: what is measured comes through PrecisionSteps.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/units.h"
#include "model/curve_fit.h"
#include "model/storage_spec.h"

namespace aforo {

// How narrowly a storage file lets a job be predicted. Fractions of AU, in [0, 1].
struct Promise {
  double au = 0;
  // Of the 95 % interval: its longer side.
  double half_width = 1;
  // What that would be had all windows agreed. No longer probe brings it below: what storage changes between a probe and
  // a run, and what the model leaves out.
  double least = 0;
  // Reads that the job has under way, on the average; 0 = not known, and the probe then takes the most that it may have.
  double in_flight = 0;
  // Set by the probe: windows at the measured level nearest to that. One alone tells no spread, so that nothing is promised
  // by it.
  std::size_t windows = 0;
};
// Of the job at hand. Blocks for as long as a prediction takes. Throws UserError where the storage cannot serve the job,
// Interrupted on a stop.
using Promiser = std::function<Promise(const StorageSpec&, std::stop_token)>;

// What is asked of a probe that chooses its own length.
struct PrecisionAsk {
  // Of the 95 % interval of AU, a fraction; above 0.
  double half_width = 0;
  // "resnet50_h100 on 8 accelerators".
  std::string job;
  // Must be set.
  Promiser promise;
};

enum class PrecisionEnd {
  kReached,  // as narrow as was asked
  kLeast,    // no probe brings it to what was asked, and this one came near to the best
  kTime,     // there was no time for windows that would tell more
  kStopped,
};
// "reached", "least", "time", "stopped".
std::string_view to_string(PrecisionEnd end);

// How it came out.
struct Precision {
  Promise promise;
  PrecisionEnd end = PrecisionEnd::kTime;
  Seconds spent{0};     // of the whole probe
  unsigned rounds = 0;  // after the first look
};

// The probe, as the rounds see it. All must be set.
struct PrecisionSteps {
  // From what was measured until now; as a Promiser.
  std::function<Promise()> promise;
  // A round: kRounds windows of `length` at each of up to kRoundLevels levels.
  std::function<void(const Promise& now, Seconds length)> measure;
  // The longest window at these levels so far.
  std::function<Seconds(const Promise& now)> longest;
  std::function<Seconds()> spent;
  std::function<bool()> stopped;
};

// Levels of a round, at most: that which the job has under way, and one to either side.
inline constexpr unsigned kRoundLevels = 3;

// The rounds, within `most` of `spent()`. Ends at the first of PrecisionEnd's reasons; a round is begun only where its
// windows are at least 1.4 times as long as those before (where there was one window alone, half as long) and end in time,
// so it takes a number of rounds that grows with the logarithm of `most`.
Precision narrow(double half_width, Seconds most, const PrecisionSteps& steps);

// Of measured levels, rising, those that a round visits: the nearest by ratio to what is in flight, and its neighbours.
std::vector<unsigned> levels_near(const std::vector<unsigned>& levels, double in_flight);

// How many windows there are at that nearest level, of those that were visited; and the longest at any of `levels`.
std::size_t windows_near(std::span<const WindowDigest> windows, double in_flight);
Seconds longest_at(std::span<const unsigned> levels, std::span<const WindowDigest> windows);
// Of a curve's points.
std::vector<unsigned> levels_of(const ReadCurve& curve);

// Windows that count once there are longer ones: of each level those at least half as long as its longest, where these
// are kLeastRounds or more, else all. A spread over windows of one length says something of rates over such a time; the
// longer, the less chance is in it.
std::vector<WindowDigest> settled(std::span<const WindowDigest> windows);

// One sentence: "95 % interval of JOB: +- 2.4 points after 14 s (asked: 3)"; where that was not reached, what is wide and
// what would help. `curve`: that of the job's reads.
std::string precision_sentence(const Precision& reached, const PrecisionAsk& ask, const ReadCurve& curve);

}  // namespace aforo
