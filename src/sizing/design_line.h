// A line of designs on premises: the same parts, in any number of servers. What is bought is one of
// them; how many servers it takes is screening's affair. Pure, thread-safe.
//
// Of one line every figure grows with the servers, and so does the utilisation: fewer is cheaper,
// more lets accelerators wait less. All numbers of servers are offered, whatever is asked, so that a
// stricter need has a subset of the designs that a lesser one has: it can never be cheaper.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sizing/design.h"
#include "sizing/need.h"
#include "sizing/shelf.h"
#include "sizing/sizing_ask.h"

namespace aforo {

// Servers behind (`main`) and, of a hybrid, servers of the tier in front.
struct LineSize {
  std::uint32_t main = 1, tier = 0;
  auto operator<=>(const LineSize&) const = default;
};

struct DesignLine {
  Family family = Family::kFlashTlc;
  // Where the data lie, and how many drives each of its servers holds.
  ShelfParts main{};
  std::uint32_t per_node = 1;
  // Flash in front; its drive null: none. In servers of their own (`tier.node`), a cache unprotected, or in
  // the accelerator hosts (node null).
  ShelfParts tier{};
  // Bytes that a tier in servers must hold at kFill, of all; protection included.
  Bytes tier_holds{0};
  // Drives in each accelerator host.
  std::uint32_t host_drives = 0;
  // Cards in accelerator hosts, the same for all lines of an ask.
  const Nic* client_nic = nullptr;
  std::uint32_t client_cards = 1;
  std::uint32_t hosts = 1;
  // The accelerator host: its slots and memory; null: they limit nothing. And its cores for reading.
  const AcceleratorHost* host = nullptr;
  std::uint32_t host_cores = 64;
  // Flash of a host that is given for caching, where the ask says so; else what its drives hold.
  std::optional<Bytes> cache;
  // The flash is no cache but holds a copy of all that is trained on (staging.h), behind it lies an archive. A
  // tier in servers is protected then, and takes the checkpoints.
  bool staged = false;

  bool has_tier() const { return tier.drive != nullptr && tier.node != nullptr; }
  bool has_host_flash() const { return tier.drive != nullptr && tier.node == nullptr; }
};

// Chosen: a tier in one server stands still with it, and the whole job with it.
inline constexpr std::uint32_t kFewestTierNodes = 2;

// The fewest servers of it that hold `need.capacity` and the tier's bytes; nothing where that takes
// more than kMostNodes or kMostDrives.
std::optional<LineSize> least_size(const DesignLine& line, const Need& need);

// What mean figures allow of a single job at full speed, as shares of it: one server's worth behind where
// nothing hits, one drive's and one server's in front where everything does, and all of what the hosts hold.
// Infinite where it limits nothing, as everything is of several jobs that share a cache; of several
// without one, `main` says the same of their sums at their targets.
struct LineLimits {
  double main = 0, tier_drive = 0, tier_server = 0, hosts = 0;
  // Of a checkpoint's interval, the time that one server takes to write it; 0 without checkpoints.
  double pause = 0;
};
LineLimits limits_of(const DesignLine& line, const Need& need);

// Hits in the steady state of what stands in front, with so many servers of it; of a single job.
double hits_of(const DesignLine& line, const Need& need, std::uint32_t tier_servers);

// What no design of that size can exceed, for a single job: the largest utilisation that its mean figures
// allow, `hits` being those of its cache, pauses for checkpoints included. 1 where several jobs share.
double utilisation_bound(const LineLimits& limits, const DesignLine& line, const Need& need,
                         const LineSize& size, double hits);

// The fewest servers behind that mean figures allow `utilisation` with, (0, 1], as far as kMostNodes goes.
std::uint32_t servers_for(const LineLimits& limits, std::uint32_t least, double utilisation, double hits);

// The design of that size. Requires size.main >= 1, and size.tier >= 1 with a tier.
Design design_of(const DesignLine& line, const Need& need, const LineSize& size);
// The same without its name, product and costs: what its judgement takes, in a tenth of the time.
Design figures_of(const DesignLine& line, const Need& need, const LineSize& size);

// Its parts, and what they cost beside each other: a shelf of drives in every host, cards and ports.
Shelf host_shelf(const DesignLine& line);
void add_client_costs(const DesignLine& line, std::vector<CostLine>& costs);

// Servers that the tier is spread over at most: no more than its drives fill as far as fewest_drives, unless
// it holds all of the datasets and more would change no hit. More of a smaller tier is the next larger one.
std::uint32_t most_tier_servers(const DesignLine& line, const Need& need);

// Drives in the servers of the tier: what it must hold, spread evenly, but no server with fewer than
// fewest_drives.
std::uint32_t tier_drives(const DesignLine& line, std::uint32_t servers);

// All that the catalogue offers for the ask on premises. Of drives of one medium, size and price only
// those that no other betters in every figure.
std::vector<DesignLine> design_lines(const SizingAsk& ask, const Need& need, const Catalogue& catalogue);

}  // namespace aforo
