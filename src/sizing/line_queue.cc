#include "sizing/line_queue.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/error.h"

namespace aforo {

bool LineQueue::Entry::operator<(const Entry& other) const {
  const auto key = [](const Entry& e) { return std::tuple(e.total, e.line, e.tier.from, e.behind, e.stage); };
  return key(*this) > key(other);
}

LineSearch& LineQueue::search(std::size_t line) {
  const auto found = searches_.find(line);
  return found != searches_.end() ? found->second : searches_.emplace(line, make_(line)).first->second;
}

void LineQueue::push(Entry entry) {
  if (entry.total < limit_) queue_.push(entry);
}

void LineQueue::push_line(std::size_t line, std::uint32_t tier_from) {
  const LineSearch& of_line = search(line);
  if (const auto tier = of_line.next_in_front(tier_from)) push({of_line.least_from(tier->from), line, *tier});
}

std::optional<LineQueue::Found> LineQueue::cheapest(std::span<const std::size_t> lines, double limit) {
  limit_ = limit;
  for (const std::size_t line : lines) push_line(line, 0);
  while (!queue_.empty() && queue_.top().total < limit_ && !(best_ && aim_ == Aim::kAny)) {
    if (stop_.stop_requested()) throw Interrupted();
    const Entry entry = queue_.top();
    queue_.pop();
    if (!done_.contains(entry.line)) look(entry);
  }
  return best_;
}

// Lines of the same drives share the answer, so that it is cheaper than a size of each.
bool LineQueue::can_serve(std::size_t line) {
  return search(line).can_serve() && (!in_fact_ || search(line).can_serve_in_fact());
}

void LineQueue::look(const Entry& entry) {
  switch (entry.stage) {
    case Stage::kNothing:
      push_line(entry.line, entry.tier.to + 1);
      return look_in_front(entry, Bound::kFigures, Stage::kFigures);
    case Stage::kFigures:
      if (!can_serve(entry.line)) {
        done_.insert(entry.line);
        return;
      }
      return look_in_front(entry, Bound::kLine, Stage::kLine);
    case Stage::kLine:
      return look_in_front(entry, Bound::kInFront, Stage::kInFront);
    case Stage::kInFront:
    case Stage::kBehind:
      return look_behind(entry);
    case Stage::kBetween:
      return look_between(entry);
    case Stage::kSize:
      return look_at(entry);
  }
}

void LineQueue::look_in_front(const Entry& entry, Bound bound, Stage stage) {
  const SizeTotal least = search(entry.line).least_with(entry.tier, bound, limit_);
  push({std::max(entry.total, least.total), entry.line, entry.tier, stage});
}

// First as many servers as share a ceiling, then twice as many such steps together, and so on: the largest bounds all.
void LineQueue::look_behind(const Entry& entry) {
  LineSearch& of_line = search(entry.line);
  const BehindRange range = of_line.next_behind(entry.tier, entry.behind, entry.steps, limit_);
  if (range.to == 0) return;
  push_range(entry, range);
  const double more = of_line.least_from(entry.tier, range.to + 1);
  Entry rest{std::max(entry.total, more), entry.line, entry.tier, Stage::kBehind, range.to + 1};
  rest.steps = 2 * entry.steps;
  push(rest);
}

void LineQueue::push_range(const Entry& entry, const BehindRange& range) {
  const Stage stage = range.steps > 1 ? Stage::kBetween : Stage::kSize;
  push({std::max(entry.total, range.least.total), entry.line, entry.tier, stage, range.from, range.least.size,
        range.to, range.steps});
}

// What might be the cheapest is halved, until one ceiling is left.
void LineQueue::look_between(const Entry& entry) {
  LineSearch& of_line = search(entry.line);
  for (std::uint32_t from = entry.behind, steps = entry.steps / 2; from <= entry.behind_to;) {
    const BehindRange half = of_line.next_behind(entry.tier, from, steps, limit_, entry.behind_to);
    if (half.to == 0) return;
    push_range(entry, half);
    from = half.to + 1, steps = entry.steps - steps;
  }
}

void LineQueue::look_at(const Entry& entry) {
  LineSearch& of_line = search(entry.line);
  if (in_fact_ && !of_line.can_serve_in_fact()) {
    done_.insert(entry.line);
    return;
  }
  // Lines of the same drives share the first answer.
  if (!of_line.is_allowed(entry.size) && !(of_line.can_serve_in_fact() && of_line.could_serve(limit_))) {
    in_fact_ = aim_ != Aim::kNamed;
    done_.insert(entry.line);
    return;
  }
  const SizeTotal found = of_line.cheapest(entry.size, limit_);
  // Where simulation refused a size, a search that ended without another would end so from every size of the line.
  const bool refused = of_line.judge(entry.size).serves() && !of_line.is_allowed(entry.size);
  if (std::isfinite(found.total) || refused) done_.insert(entry.line);
  if (!(found.total < limit_)) return;
  limit_ = found.total;
  best_ = Found{entry.line, found};
}

}  // namespace aforo
