// The cheapest size of one line of designs: bounds that cost next to nothing, bounds by closed forms with one
// side idealised (ceilings.h), and sizes judged one by one.
//
// The total falls and then rises along a line (cost is linear, idle time falls ever more slowly), so it is
// followed downhill in halving steps from where the bound is least. A design is therefore enlarged while a
// step pays for itself. Judgements do not depend on prices and stay with the line. Not thread-safe.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "sizing/ceilings.h"
#include "sizing/design_line.h"
#include "sizing/judge.h"
#include "sizing/line_prices.h"

namespace aforo {

// A line with what is known of it, whatever the prices.
struct JudgedLine {
  DesignLine line;
  std::optional<LineSize> least;  // nothing: it cannot hold the data
  LineLimits limits{};
  std::map<LineSize, Judgement> judged{};
  // Far larger ones than anybody would buy, of which it was asked whether they serve at all.
  std::map<LineSize, bool> largest{};
};
JudgedLine judged_line(const DesignLine& line, const Need& need);

// A size and what it costs a month, or at least. Infinite: none serves.
struct SizeTotal {
  double total = 0;
  LineSize size{};
};

// How a total is bounded from below, each way dearer and nearer than the one before: by mean figures, by the
// ceiling of the whole line as well, by that of what stands in front.
enum class Bound { kFigures, kLine, kInFront };

// Numbers of servers in front; {0, 0} without a tier.
struct TierRange {
  std::uint32_t from = 0, to = 0;
};

// Numbers of servers behind, {0, 0} for none, and the least that sizes with them cost: infinite where they do
// not serve. `steps`: how many ceilings they have.
struct BehindRange {
  std::uint32_t from = 0, to = 0;
  SizeTotal least{};
  std::uint32_t steps = 0;
};

// Says no of a size that the closed forms let pass.
using Refusal = std::function<bool(const DesignLine&, const LineSize&)>;

class LineSearch {
 public:
  // All of them outlive it. `refused` may be empty.
  LineSearch(JudgedLine& line, const Need& need, std::uint32_t accelerators_per_host, LinePrices& prices,
             Ceilings& ceilings, const Refusal& refused);

  // Whether any size could, by the ceiling of the whole line.
  bool can_serve() { return !ceilings_.of(line_.line).empty(); }
  // The same by the closed form itself, which is dearer: no size serves where this says no.
  bool can_serve_in_fact() { return ceilings_.could_serve(line_.line); }
  // The next numbers of servers in front that mean figures let serve, from `from` on, as many as share a
  // ceiling; nothing where none do.
  std::optional<TierRange> next_in_front(std::uint32_t from) const;
  // What any size with so many servers in front, or more, costs at least.
  double least_from(std::uint32_t tier) const;
  // No size with so many servers in front costs less. What costs `limit` or more is of no interest: any such
  // bound may be given for it.
  SizeTotal least_with(const TierRange& tier, Bound bound, double limit);
  // Likewise by the ceilings of what stands behind: of those sizes the ones with `from` servers behind, or the
  // first more that mean figures let serve, as many as share `steps` ceilings one after the other, of which the last
  // bounds all; no more than `to`.
  BehindRange next_behind(const TierRange& tier, std::uint32_t from, std::uint32_t steps, double limit,
                          std::uint32_t to = kMostNodes);
  // What any of those costs at least with `main` servers behind, or more.
  double least_from(const TierRange& tier, std::uint32_t main);

  // The cheapest that serves, looked for from `start`; infinite where it could not cost less than `limit`.
  SizeTotal cheapest(const LineSize& start, double limit);

  // Whether any size could serve for less than `limit`, and is not refused: looks at one with as many servers on
  // either side as that pays for alone. Some lines read no more with more servers: a refusal is of all their sizes.
  bool could_serve(double limit);
  // Whether that one serves and is not refused.
  bool is_allowed(const LineSize& size);

  // So that it can be named where nothing serves.
  const Judgement& judge(const LineSize& size);

 private:
  struct Side;
  bool single() const;
  double target() const;
  double mean_bound(const LineSize& size, double hits) const;
  double idle(const Ceiling& ceiling, double most) const;
  std::uint32_t affordable(std::uint32_t tier, double limit) const;
  std::uint32_t most_in_front() const;
  Side side_of(const TierRange& tier, Bound bound);
  std::uint32_t first_by_figures(const Side& side, std::uint32_t most) const;
  void look_between(const Side& side, std::uint32_t from, std::uint32_t to, const Ceiling& behind,
                    SizeTotal& best) const;
  double bound_of(const LineSize& size, double limit);
  double total(const LineSize& size, double limit);
  double grown_until_it_serves(LineSize& at, double limit);
  std::optional<LineSize> grown(const LineSize& at, std::uint32_t by, double limit);
  bool step(LineSize& at, double& now, std::uint32_t main, std::uint32_t tier);
  double reach_of(const LineSize& size) const;
  Judgement judged_anew(const LineSize& size) const;

  JudgedLine& line_;
  const Need& need_;
  const std::uint32_t per_host_;
  LinePrices& prices_;
  Ceilings& ceilings_;
  const Refusal& refused_;
  const LineCosts costs_;
};

}  // namespace aforo
