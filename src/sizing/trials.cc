#include "sizing/trials.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <tuple>

namespace aforo {
namespace {

// What competes: one failure says something of all of these.
bool akin(const Design& a, const Design& b) { return a.family == b.family && a.service == b.service; }

bool no_better(const Design& a, const Design& b) {
  const auto figures = [](const Design& d) {
    return std::array{d.read.value, d.fast_read.value, d.write.value, d.opens.value, d.requests.value};
  };
  const auto of_a = figures(a), of_b = figures(b);
  return std::equal(of_a.begin(), of_a.end(), of_b.begin(), std::less_equal<>());
}

auto parts(const Shelf& s) {
  return std::tuple(s.drive, s.node, s.nic, s.data, s.parity, s.nodes > 0 ? s.drives / s.nodes : s.drives);
}

}  // namespace

bool same_drives(const Design& a, const Design& b) {
  return akin(a, b) && a.main.drive == b.main.drive && a.fast.drive == b.fast.drive;
}

bool reads_within(const Design& a, const Design& b, double factor) {
  return a.read.value <= factor * b.read.value && a.fast_read.value <= factor * b.fast_read.value;
}

bool same_parts(const Design& a, const Design& b) {
  const auto rest = [](const Design& d) {
    return std::tuple(d.archive, d.copies, d.fast.drive, d.fast.node, d.local_cache, d.staged, d.client_nic);
  };
  return akin(a, b) && parts(a.main) == parts(b.main) && rest(a) == rest(b);
}

void Trials::failed(const Design& design) {
  const auto before =
      std::count_if(failed_.begin(), failed_.end(), [&](const Seen& f) { return akin(f.design, design); });
  const auto steps = 1 + static_cast<std::size_t>(before) / kStepsAlike;
  failed_.push_back({design, std::pow(kNextRead, static_cast<double>(steps))});
}

void Trials::passed(const Design& design) { passed_.push_back(design); }

// By one of the same parts that failed, where none that is no larger has passed: simulations have an error.
bool Trials::outdone(const Design& d) const {
  const bool fails = std::any_of(failed_.begin(), failed_.end(), [&](const Seen& f) {
    return same_parts(f.design, d) && no_better(d, f.design);
  });
  return fails && std::none_of(passed_.begin(), passed_.end(),
                               [&](const Design& p) { return same_parts(p, d) && no_better(p, d); });
}

bool Trials::vouched(const Design& d) const {
  return std::any_of(passed_.begin(), passed_.end(),
                     [&](const Design& p) { return same_drives(p, d) && reads_within(p, d, 1); });
}

bool Trials::waits(const Design& d) const {
  const bool little_more = std::any_of(failed_.begin(), failed_.end(), [&](const Seen& f) {
    return akin(f.design, d) && reads_within(d, f.design, f.step);
  });
  return little_more && !vouched(d);
}

bool Trials::is_below_middle(const Design& d) const {
  return std::any_of(failed_.begin(), failed_.end(), [&](const Seen& f) {
    if (!akin(f.design, d)) return false;
    // The least that passed and reads more than what failed.
    const Design* above = nullptr;
    bool contradicted = false;
    for (const Design& p : passed_) {
      if (!same_drives(p, d)) continue;
      contradicted = contradicted || reads_within(p, f.design, 1);
      if (reads_within(f.design, p, 1) && (above == nullptr || reads_within(p, *above, 1))) above = &p;
    }
    if (contradicted) return false;  // less than that has passed: it failed for its own parts
    if (above == nullptr) return reads_within(d, f.design, std::sqrt(kNextRead));
    return d.read.value <= std::sqrt(f.design.read.value * above->read.value) &&
           d.fast_read.value <= std::sqrt(f.design.fast_read.value * above->fast_read.value);
  });
}

}  // namespace aforo
