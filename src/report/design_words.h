// What the first screen of `size` says of one design, and of what turns it: a phrase each, no more precise than its
// sources; "" where there is nothing to say. Pure.
#pragma once

#include <string>

#include "report/record_facts.h"
#include "report/view.h"

namespace aforo {

// Of a job, in columns: names come from people's files.
inline constexpr std::size_t kLongestName = 40;

inline bool is_rented(const Json& design) { return at(design, {"service"}) != nullptr; }

// Both outlive it.
class DesignWords {
 public:
  DesignWords(const Json& record, const Json& design) : record_(record), design_(design) {}

  // Its parts; "8+3 (data + parity)".
  std::string name() const;
  // "2 copies; backup in the archive, $900 to take back once": their cost is storage's.
  std::string kept() const;
  // "377 TB; 1 TB to hold; 3.2 kW in 12 rack units"
  std::string holds() const;
  // "once, before training, in 28 h": what a hot copy takes.
  std::string copied() const;
  // "owned at $2.00 an hour: $564; committed-3y $874, on-demand $1,940, spot $776"; where it is next to
  // nothing, what an hour costs.
  std::string idle_terms() const;
  // "$2,670 a month ($1,990 to $3,820): storage $2,660, idle accelerators ...; bought at once for $67,700"
  std::string cost() const;
  // How much of the time accelerators compute, and whether that is what was asked; of several jobs the one that comes off
  // worst.
  std::string busy() const;
  // Where the accelerators' hosts keep them from being busier, whatever is bought: what would help. Of several jobs the
  // one that is held back most.
  std::string host() const;
  std::string limit() const;
  std::string sure() const;
  // The price that has to move least, or why none is known.
  std::string turn() const;

 private:
  const Json& record_;
  const Json& design_;
};

}  // namespace aforo
