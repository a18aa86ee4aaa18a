// Which single change to how the jobs read would make the answer cheaper: each is sized
// anew, by closed forms.
//
// A handful of whole sizings: seconds, on the market's threads. Deterministic whatever their number.
// Failure: Interrupted where a stop is requested; an ask that contradicts itself gives no advice,
// since nothing of it can be sized.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "sizing/comparisons.h"
#include "sizing/size.h"

namespace aforo {

// One change that pays. What a person says, what it leads to, and what that saves.
struct SizeAdvice {
  std::string change;  // "twice the workers (32 per accelerator)"
  Variant with;        // the cheapest design then
  double hosts = 0;    // USD a month: of hosts that the change takes more than there are now
  // USD a month; what it costs less than now, both by closed forms, or 0 where nothing serves now or it saves nothing.
  double saved = 0;
  std::string text;
  // What it costs then, accelerators' rent beyond the cheapest place's (Bill::compared) and hosts included.
  double cost() const { return with.compared() + hosts; }
};

// The ask where the best design stands, on premises or in the cloud: advice that leads elsewhere would move the
// accelerators too. As it is where nothing serves.
SizingAsk where_the_best_stands(const SizingAsk& ask, const Screening& screening, const SizeResult& result);

// Changes that save 2 % or more, or with which something serves where nothing does now;
// the cheapest outcome first. Of all jobs: twice the workers, twice the prefetch, small
// files packed into shards, more shards where every accelerator reads all; where the hosts' cores hold them back fewer
// accelerators in a host (the cheapest; where none saves, that whose cores suffice, with the price of the hosts where
// one is known: bought) and
// decoding on accelerators; where nothing serves also the highest target, in whole percent, at which something does.
std::vector<SizeAdvice> size_advice(const SizingAsk& ask, const Market& market, std::stop_token stop = {});

}  // namespace aforo
