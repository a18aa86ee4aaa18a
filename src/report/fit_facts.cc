#include "report/fit_facts.h"

#include <algorithm>
#include <set>
#include <utility>

#include "report/look.h"

namespace aforo {
namespace {

constexpr std::string_view kMore = " ...";

// The last one, of more than one: "a; b" to "a ...".
bool drop_clause(std::string& text) {
  const std::size_t size = text.size() - (text.ends_with(kMore) ? kMore.size() : 0);
  const std::string_view whole = std::string_view(text).substr(0, size);
  std::size_t end = std::string_view::npos;
  for (const std::string_view between : {"; ", ". "})
    if (const std::size_t at = whole.rfind(between); at != whole.npos && (end == whole.npos || at > end))
      end = at;
  if (end == whole.npos) return false;
  text = std::string(whole.substr(0, end)).append(kMore);
  return true;
}

class Fitting {
 public:
  Fitting(const List& list, std::size_t columns) : list_(list), columns_(columns) {
    for (const Item& item : list.items) {
      texts_.push_back(item.text);
      keeps_.insert(item.keep);
    }
  }

  std::vector<std::string> fitted() {
    leave_out(0, kNamed);
    drop_clauses(kNamed, kKept);
    leave_out(kNamed, kKept);
    drop_clauses(kKept, kWhole);
    give_back();
    for (const std::size_t most : {2U, 1U})
      for_each_until_it_fits(kNamed, kWhole + 1, [&](std::size_t i) {
        for (std::size_t room = most * columns_; lines_of(i) > most && room > kLeastRoom; room -= kLeastRoom)
          texts_[i] = cut_to(texts_[i], room - std::min(room - kLeastRoom, list_.items[i].after.size()));
      });
    for (std::size_t i = 0; i < texts_.size(); ++i)
      if (!texts_[i].empty()) texts_[i] += list_.items[i].after;
    return std::move(texts_);
  }

 private:
  static constexpr std::size_t kLeastRoom = 8;

  // A word that is longer than a line takes several.
  std::size_t lines_of(std::size_t i) const {
    std::size_t out = 0;
    if (texts_[i].empty()) return out;
    for (const std::string& line : wrap(texts_[i] + list_.items[i].after, columns_))
      out += std::max<std::size_t>(1, (display_width(line) + columns_ - 1) / columns_);
    return out;
  }

  // As few clauses as save a line; none where no number of them does.
  bool shorter_by_clauses(std::size_t i) {
    const std::size_t before = lines_of(i);
    const std::string whole = texts_[i];
    while (drop_clause(texts_[i]))
      if (lines_of(i) < before) return true;
    texts_[i] = whole;
    return false;
  }

  bool too_long() const {
    std::size_t lines = 0;
    for (std::size_t i = 0; i < texts_.size(); ++i) lines += lines_of(i);
    return list_.most_lines > 0 && lines > list_.most_lines;
  }

  void leave_out(int from, int to) {
    for_each_until_it_fits(from, to, [&](std::size_t i) { texts_[i].clear(); });
  }

  void drop_clauses(int from, int to) {
    for (const std::size_t most : {2U, 1U})
      for_each_until_it_fits(from, to, [&](std::size_t i) {
        while (too_long() && lines_of(i) > most && shorter_by_clauses(i)) {
        }
      });
  }

  // Lines that a large one left, when it went, have room for what went before it: the most kept first.
  void give_back() {
    if (too_long()) return;
    for (auto keep = keeps_.rbegin(); keep != keeps_.rend(); ++keep)
      for (std::size_t i = 0; i < texts_.size(); ++i) {
        if (list_.items[i].keep != *keep || texts_[i] == list_.items[i].text) continue;
        const std::string kept = std::exchange(texts_[i], list_.items[i].text);
        while (too_long())
          if (!drop_clause(texts_[i])) texts_[i] = kept;
      }
  }

  // Of the items with from <= keep < to the least kept first, and of these the last.
  template <class Change>
  void for_each_until_it_fits(int from, int to, Change change) {
    for (auto keep = keeps_.lower_bound(from); keep != keeps_.end() && *keep < to; ++keep)
      for (std::size_t i = texts_.size(); i-- > 0;)
        if (list_.items[i].keep == *keep && too_long()) change(i);
  }

  const List& list_;
  std::size_t columns_;
  std::vector<std::string> texts_;
  std::set<int> keeps_;
};

}  // namespace

std::vector<std::string> fit_facts(const List& list, std::size_t columns) {
  return Fitting(list, columns).fitted();
}

}  // namespace aforo
