#include "plan/step_recursion.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "base/random.h"
#include "plan/requirement.h"

namespace aforo {
namespace {

// All chosen: for a standard error below half a point at a tenth of a millisecond.
constexpr std::uint64_t kBatches = 4096;                            // that are followed, of all ranks
constexpr std::uint64_t kFewestFollowed = 64, kMostFollowed = 512;  // steps
constexpr std::uint32_t kMostRanks = 64;
constexpr std::uint64_t kWarmUp = 2;  // windows, before anything counts
constexpr std::size_t kDraws = 4096;

// Draws of the normal law, of mean 0 and variance 1 exactly.
const std::array<double, kDraws>& normals() {
  static const std::array<double, kDraws> made = [] {
    std::array<double, kDraws> out{};
    Random random(1);
    double sum = 0, squares = 0;
    for (double& z : out) z = random.normal(), sum += z, squares += z * z;
    const double mean = sum / kDraws, spread = std::sqrt(squares / kDraws - mean * mean);
    for (double& z : out) z = (z - mean) / spread;
    return out;
  }();
  return made;
}

double largest_normal() {
  static const double found = *std::max_element(normals().begin(), normals().end());
  return found;
}

// Readers by when they are done, the earliest first (a calendar queue, Brown 1988): as a reader's work spreads over a
// known range, whatever is in one part of it forms a short sorted list.
class Calendar {
 public:
  // `farthest` > 0: no reader is put in later than this after the earliest one that is in it.
  Calendar(std::size_t readers, double farthest)
      : lists_per_unit_((kLists - 2) / farthest), done_(readers), next_(readers) {}

  std::size_t size() const { return size_; }
  double first_done() const { return done_[first_]; }

  void put(std::uint32_t reader, double done) {
    done_[reader] = done;
    const std::size_t list = list_of(done);
    if (std::uint64_t& word = used_[list / 64]; (word >> (list % 64) & 1) == 0) {
      word |= std::uint64_t{1} << (list % 64);
      last_[list] = next_[reader] = reader;
    } else {
      insert(list, reader);
    }
    if (size_++ == 0 || done < done_[first_]) first_ = reader;
  }

  // Takes the earliest out. size() must be > 0.
  std::uint32_t take() {
    const std::uint32_t reader = first_;
    const std::size_t list = list_of(done_[reader]);
    const bool alone = last_[list] == reader;
    if (alone)
      used_[list / 64] &= ~(std::uint64_t{1} << (list % 64));
    else
      next_[last_[list]] = next_[reader];
    if (--size_ > 0) first_ = alone ? next_[last_[used_after(list)]] : next_[reader];
    return reader;
  }

 private:
  static constexpr std::size_t kLists = 2048;  // chosen: some eight for each of 256 readers

  std::size_t list_of(double done) const {
    return static_cast<std::uint64_t>(done * lists_per_unit_) % kLists;
  }

  // Lists are rings: the last leads to the first.
  void insert(std::size_t list, std::uint32_t reader) {
    std::uint32_t before = last_[list];
    if (done_[reader] >= done_[before])
      last_[list] = reader;
    else
      while (done_[next_[before]] <= done_[reader]) before = next_[before];
    next_[reader] = next_[before];
    next_[before] = reader;
  }

  // The first list in use from `list` on, round the calendar.
  std::size_t used_after(std::size_t list) const {
    std::size_t word = list / 64;
    std::uint64_t bits = used_[word] & ~std::uint64_t{0} << (list % 64);
    while (bits == 0) bits = used_[word = (word + 1) % used_.size()];
    return word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
  }

  const double lists_per_unit_;
  std::size_t size_ = 0;
  std::uint32_t first_ = 0;
  std::vector<double> done_;         // by reader
  std::vector<std::uint32_t> next_;  // by reader: the next one of its list
  std::array<std::uint32_t, kLists> last_;
  std::array<std::uint64_t, kLists / 64> used_{};
};

class Steps {
 public:
  // `rates` as in stepped_au().
  Steps(const StepCase& c, std::span<const double> rates)
      : c_(c),
        each_rate_(rates.size() + 1),
        each_time_(rates.size() + 1),
        ranks_(c.ranks),
        readers_(std::size_t{c.ranks} * c.workers),
        ready_(std::size_t{c.ranks} * c.window),
        third_(c.batch_cv * c.batch_cv / 9),
        root_third_(std::sqrt(third_)),
        reading_(readers_.size(), work_of(largest_normal())) {
    for (std::size_t n = 1; n <= rates.size(); ++n) {
      each_rate_[n] = rates[n - 1] / static_cast<double>(n);
      each_time_[n] = 1 / each_rate_[n];
    }
  }

  // From the middle of the first window that counts to that of the last: whatever comes again in every window, as
  // readers do that all began together, is in both of them.
  double au() {
    const std::uint64_t window = c_.window, first = std::max<std::uint64_t>(kWarmUp * window, 8);
    const std::uint64_t counted =
        std::clamp(kBatches / c_.ranks, std::max(kFewestFollowed, 4 * window), kMostFollowed);
    for (std::uint32_t rank = 0; rank < c_.ranks; ++rank)
      for (std::uint32_t w = 0; w < c_.workers; ++w) {
        const std::uint32_t reader = rank * c_.workers + w;
        readers_[reader] = {rank, w, w, false};
        begin(reader);
      }
    start_step();
    double from = 0, to = 0;
    while (step_ < first + counted) {
      const std::uint64_t before = step_;
      follow();
      if (step_ == before) continue;
      if (step_ > first && step_ <= first + window) from += now_;
      if (step_ > first + counted - window) to += now_;
    }
    return static_cast<double>((counted - window) * window) * c_.step.value / (to - from);
  }

 private:
  // The next batch that it consumes: its number, its place in the window, the worker that builds it.
  struct Rank {
    std::uint32_t consumed = 0, place = 0, worker = 0;
    bool waits = false;
  };
  // A worker of a rank, and the batch that it builds or, while it is idle, the next one.
  struct Reader {
    std::uint32_t rank = 0, batch = 0, place = 0;
    bool idle = false;
  };

  // Work of a batch: the gamma law's quantile as a cube of the normal one's (Wilson and Hilferty 1931).
  double work_of(double normal) const {
    const double root = 1 - third_ + normal * root_third_;
    return std::max(1e-3, root * root * root);
  }

  void begin(std::uint32_t reader) {
    const Reader& r = readers_[reader];
    reading_.put(reader, each_ + work_of(normals()[(std::uint64_t{r.batch} * c_.ranks + r.rank) % kDraws]));
  }

  char& ready(std::uint32_t rank, std::uint32_t place) {
    return ready_[std::size_t{rank} * c_.window + place];
  }

  void start_step() {
    left_ = c_.ranks;
    for (std::uint32_t rank = 0; rank < c_.ranks; ++rank) {
      Rank& r = ranks_[rank];
      r.waits = !ready(rank, r.place);
      if (!r.waits) consume(rank);
    }
  }

  // The window is a whole number of turns of the workers: who has built the batch builds the one there is room for.
  void consume(std::uint32_t rank) {
    Rank& r = ranks_[rank];
    ready(rank, r.place) = 0;
    r.waits = false;
    const std::uint32_t reader = rank * c_.workers + r.worker;
    ++r.consumed;
    if (++r.place == c_.window) r.place = 0;
    if (++r.worker == c_.workers) r.worker = 0;
    if (readers_[reader].idle) {
      readers_[reader].idle = false;
      begin(reader);
    }
    if (--left_ == 0) ends_ = now_ + c_.step.value;
  }

  // To the next batch that is done, or the next step's end.
  void follow() {
    const std::size_t readers = reading_.size();
    const double done = readers == 0 ? kNever : now_ + (reading_.first_done() - each_) * each_time_[readers];
    if (left_ == 0 && ends_ <= done) {
      each_ += (ends_ - now_) * each_rate_[readers];
      now_ = ends_;
      ++step_;
      start_step();
      return;
    }
    each_ = reading_.first_done();
    now_ = done;
    const std::uint32_t reader = reading_.take();
    Reader& its = readers_[reader];
    Rank& r = ranks_[its.rank];
    ready(its.rank, its.place) = 1;
    const bool is_wanted = r.waits && its.batch == r.consumed;
    its.batch += c_.workers;
    its.place += c_.workers;
    if (its.place >= c_.window) its.place -= c_.window;
    its.idle = its.batch >= r.consumed + c_.window;
    if (!its.idle) begin(reader);
    if (is_wanted) consume(its.rank);
  }

  static constexpr double kNever = std::numeric_limits<double>::infinity();

  const StepCase& c_;
  // By readers at work, 0 for none: batches per second of each, and its inverse.
  std::vector<double> each_rate_, each_time_;
  std::vector<Rank> ranks_;
  std::vector<Reader> readers_;
  std::vector<char> ready_;          // by rank and place in the window
  const double third_, root_third_;  // 1 / (9 shape), and its root
  Calendar reading_;
  double now_ = 0;   // seconds
  double each_ = 0;  // batches that a reader has got that was there all the time
  double ends_ = 0;  // of the step that computes, where left_ is 0
  std::uint64_t step_ = 0;
  std::uint32_t left_ = 0;  // ranks that wait for their batch
};

}  // namespace

double stepped_au(const StepCase& c, std::span<const double> rates) {
  if (c.ranks <= kMostRanks) return std::clamp(Steps(c, rates).au(), 1e-9, 1.0);
  // Fewer ranks on as much less of the storage, whose batches vary so much more that the longest of a step is as
  // long as that of all.
  StepCase few = c;
  few.ranks = kMostRanks;
  few.batch_cv *= expected_largest_normal(c.ranks) / expected_largest_normal(kMostRanks);
  const double part = static_cast<double>(kMostRanks) / c.ranks;
  std::vector<double> of_few(std::size_t{few.ranks} * few.workers);
  for (std::size_t n = 1; n <= of_few.size(); ++n)
    of_few[n - 1] = part * rates[static_cast<std::size_t>(std::llround(static_cast<double>(n) / part)) - 1];
  return std::clamp(Steps(few, of_few).au(), 1e-9, 1.0);
}

}  // namespace aforo
