// Which single change to how the jobs read would make the answer cheaper: each is sized
// anew, by closed forms.
//
// A handful of whole sizings: seconds, on `threads` threads. Deterministic whatever their number.
// Failure: Interrupted where a stop is requested; an ask that contradicts itself gives no advice,
// since nothing of it can be sized.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "sizing/comparisons.h"

namespace aforo {

// One change that pays. What a person says, what it leads to, and what that saves.
struct SizeAdvice {
  std::string change;  // "twice the workers (32 per accelerator)"
  Variant with;        // the cheapest design then
  // USD a month; what it costs less than now, or 0 where nothing serves now.
  double saved = 0;
  std::string text;
};

// Changes that save 2 % or more, or with which something serves where nothing does now;
// the cheapest outcome first. Of all jobs: twice the workers, twice the prefetch, small
// files packed into shards; where nothing serves also the highest target, in whole percent,
// at which something does.
std::vector<SizeAdvice> size_advice(const SizingAsk& ask, const PriceBook& prices, const Catalogue& catalogue,
                                    unsigned threads, std::stop_token stop = {});

}  // namespace aforo
