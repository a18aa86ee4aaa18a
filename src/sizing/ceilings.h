// What a line of designs can come to at most, by the closed forms: with one of its sides as it is, or neither,
// and the other, its servers and its network as good as any number of them.
//
// More of anything never makes a design slower, so that this bounds the utilisation of all sizes whose other
// side is no larger. Numbers are rounded up to powers of 1.1, and what was found is kept: lines of the same
// drives share it. Thread-safe; the same whatever the order of calls.
#pragma once

#include <map>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "sizing/design_line.h"
#include "sizing/judge.h"

namespace aforo {

// Utilisation of each job, in the order of need.jobs; empty where a target is not met, or a sample takes too
// long.
using Ceiling = std::vector<double>;

// So many drives or servers, or the next number that ceilings are reckoned for.
std::uint32_t ceiling_count(std::uint32_t count);

class Ceilings {
 public:
  // Holds a copy of the need; `solved` outlives it.
  Ceilings(Need need, std::uint32_t accelerators_per_host, SolvedNetworks& solved)
      : need_(std::move(need)), per_host_(accelerators_per_host), solved_(solved) {}

  // Of any size.
  const Ceiling& of(const DesignLine& line);
  // Whether it does by the closed form itself, of which a ceiling is a bound: where not, no size of the line serves.
  bool could_serve(const DesignLine& line);
  // Of any size with `tier_servers` or fewer in front, one of ceiling_count; of flash in hosts, 0.
  const Ceiling& in_front(const DesignLine& line, std::uint32_t tier_servers);
  // Of any size that has so many servers in front at most and no more than `drives` behind, one of
  // ceiling_count.
  const Ceiling& behind(const DesignLine& line, std::uint32_t drives, std::uint32_t tier_servers);

  SolvedNetworks& solved() { return solved_; }

 private:
  // Behind: drive, data, parity, drives (0: any number); what caches at no cost: its latency and bytes; or in
  // front: drives, servers, drive; and where what is in front lies (place_of).
  // At last whether it is a bound, or the closed form itself.
  using Key = std::tuple<const Drive*, std::uint32_t, std::uint32_t, std::uint32_t, std::pair<double, double>,
                         std::uint32_t, std::uint32_t, const Drive*, std::uint32_t, bool>;
  const Ceiling& behind_as(const DesignLine& line, std::uint32_t drives, std::uint32_t tier_servers,
                           bool at_most);
  const Ceiling& behind_cache(Key key, DesignLine ideal, Seconds latency, Bytes cached);
  const Ceiling& found(const Key& key, const DesignLine& ideal, std::uint32_t tier_servers);

  const Need need_;
  const std::uint32_t per_host_;
  SolvedNetworks& solved_;
  std::mutex mutex_;
  std::map<Key, Ceiling> found_;
};

}  // namespace aforo
