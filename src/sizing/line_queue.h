// The cheapest of many lines of designs, looked at from the cheapest bound on.
//
// What is known least costs least to know: a line begins with what its fewest servers cost, and whatever is the
// cheapest of all is made dearer by the next better bound (line_search.h), or searched where there is none. What
// is left when a size was found that costs less than every bound could not win.
#pragma once

#include <functional>
#include <optional>
#include <queue>
#include <set>
#include <span>
#include <stop_token>
#include <unordered_map>
#include <vector>

#include "sizing/line_search.h"

namespace aforo {

// What is looked for: the cheapest, with a size judged of every line that might have been it, so that misses can be
// named; the cheapest alone; anything that serves.
enum class Aim { kNamed, kCheapest, kAny };

// For one call of cheapest(). Not thread-safe.
class LineQueue {
 public:
  // A search of that line; called once for each.
  using Search = std::function<LineSearch(std::size_t line)>;
  LineQueue(Search search, Aim aim, std::stop_token stop = {})
      : make_(std::move(search)), aim_(aim), in_fact_(aim == Aim::kAny), stop_(std::move(stop)) {}

  struct Found {
    std::size_t line = 0;
    SizeTotal size;
  };
  // Of those lines the cheapest size that serves (kAny: one that does), if it costs less than `limit`. Throws
  // Interrupted once a stop is requested.
  std::optional<Found> cheapest(std::span<const std::size_t> lines, double limit);

 private:
  // What was looked at last: nothing; sizes with so many servers in front, by one Bound after the other; of
  // those the ones with `behind` servers behind or more; with `behind` to `behind_to`; a size to search from.
  enum class Stage { kNothing, kFigures, kLine, kInFront, kBehind, kBetween, kSize };
  // Sizes that are yet to be looked at, and the least they can cost.
  struct Entry {
    double total;
    std::size_t line;
    TierRange tier;
    Stage stage = Stage::kNothing;
    std::uint32_t behind = 1;
    LineSize size{};
    std::uint32_t behind_to = 0;
    std::uint32_t steps = 1;  // of ceilings that are bounded together next
    // The cheapest comes first; of equals, always the same.
    bool operator<(const Entry& other) const;
  };
  LineSearch& search(std::size_t line);
  void push(Entry entry);
  bool can_serve(std::size_t line);
  void push_line(std::size_t line, std::uint32_t tier_from);
  void look(const Entry& entry);
  void look_in_front(const Entry& entry, Bound bound, Stage stage);
  void look_behind(const Entry& entry);
  void look_between(const Entry& entry);
  void push_range(const Entry& entry, const BehindRange& range);
  void look_at(const Entry& entry);

  Search make_;
  Aim aim_;
  bool in_fact_;  // bounds let pass what does not serve: the closed form is asked
  std::stop_token stop_;
  std::unordered_map<std::size_t, LineSearch> searches_;
  double limit_ = 0;
  std::optional<Found> best_;
  std::priority_queue<Entry> queue_;
  std::set<std::size_t> done_;  // lines that were searched, or never serve
};

}  // namespace aforo
