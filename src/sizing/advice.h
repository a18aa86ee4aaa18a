// Which single change to how the jobs read would make the answer cheaper: each is sized anew, by closed
// forms.
//
// Deterministic whatever the number of threads. Failure: Interrupted.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "sizing/variants.h"

namespace aforo {

struct SizeAdvice {
  std::string change;  // "twice the workers (32 per accelerator)"
  Variant with;        // the cheapest design then
  double saved = 0;    // USD a month; what it costs less than now, or 0 where nothing serves now
  std::string text;
};

// Changes that save 2 % or more, or with which something serves where nothing does now; the best first. Of
// all jobs: twice the workers, twice the prefetch, small files packed into shards.
std::vector<SizeAdvice> size_advice(const SizingAsk& ask, const PriceBook& prices, const Catalogue& catalogue,
                                    unsigned threads, std::stop_token stop = {});

}  // namespace aforo
