// What simulations of some designs say of others, which were not simulated.
//
// Certain is what is said of designs of the same parts: what has no more of anything than one that failed fails.
// Of others of its family (and service) a failure only says in which order to look: what reads little more
// waits until one has passed. Then those between the two are looked at, by halving. What passed speaks for all
// of the same drives that read no less. Not thread-safe for writing.
#pragma once

#include <vector>

#include "sizing/design.h"

namespace aforo {

// So many times what a design read that failed, the next of its family must read. Chosen: smaller steps simulate
// one near twin after the other. They grow with every kStepsAlike failures, so that a family is soon outgrown.
inline constexpr double kNextRead = 1.2;
inline constexpr std::size_t kStepsAlike = 4;

// The same parts: drives and so many in a server, servers, protection, cards, flash in hosts; or the same service in
// as many copies. Only their number differs.
bool same_parts(const Design& a, const Design& b);
// The same drives in them, or the same service: what competes within a product.
bool same_drives(const Design& a, const Design& b);
// `a` reads no more than `factor` times what `b` does, from what lies behind and from the cache in front of it.
bool reads_within(const Design& a, const Design& b, double factor);

class Trials {
 public:
  void failed(const Design& design);
  void passed(const Design& design);
  bool any_failed() const { return !failed_.empty(); }

  // Whether it is not worth a simulation now: it certainly fails, or it waits.
  bool refuses(const Design& design) const { return outdone(design) || waits(design); }
  // The same where something has passed already: what waits is allowed from half-way (geometric mean of what
  // both read) between what failed and the least that passed on, or from half of kNextRead on.
  bool refuses_between(const Design& design) const { return outdone(design) || is_below_middle(design); }

 private:
  struct Seen {
    Design design;
    double step = kNextRead;  // of one that failed
  };
  bool outdone(const Design& design) const;
  bool waits(const Design& design) const;
  bool is_below_middle(const Design& design) const;
  bool vouched(const Design& design) const;

  std::vector<Seen> failed_;
  std::vector<Design> passed_;
};

}  // namespace aforo
