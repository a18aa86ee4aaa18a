// What law do these sizes follow? For `aforo inspect`: a bounded summary of any number of files,
// and a law fitted to it, as a workload file states it. Pure.
#pragma once

#include "dataset/size_summary.h"
#include "workload/law.h"

namespace aforo {

// A law and how well it describes the sizes.
struct SizeFit {
  Law law;
  // Kolmogorov-Smirnov: the largest difference between the law's distribution function and the
  // sizes', in [0, 1], looked for at the buckets' edges.
  double distance = 0;
};

// Chosen: for any size, the share of the samples below it is then right to 3 % of all.
inline constexpr double kGoodFit = 0.03;
// Chosen: how far the total of a law may be from the sizes', which is known exactly; and the chance error (one
// standard deviation) of the total of as many draws.
inline constexpr double kGoodTotal = 0.005, kGoodChance = 0.02;
// The simplest law that describes the sizes: constant if they are all equal; else normal, lognormal or
// gamma with the sizes' own mean, whichever is nearest, if its distance is at most kGoodFit (or what chance
// alone allows for so few sizes: 1.36 / sqrt(n), the 5 % point) and both it and a draw from it keep the
// total (kGoodTotal, kGoodChance); else straight pieces of the distribution function, each with the bytes of its sizes
// (kEmpirical with shares). The law keeps within the sizes seen. Requires summary.count() > 0. O(buckets)
// for each law that is tried.
SizeFit fit_sizes(const SizeSummary& summary);

// The largest difference of the distribution functions, as SizeFit::distance.
double law_distance(const Law& law, const SizeSummary& summary);

// Mean of what `draw` yields, with what `minimum` and `maximum` cut. Kinds as law_cdf.
double mean_within(const Law& law);

// Distribution functions, for tests: the share of draws at or below x (clamping left out). kNormal,
// kLognormal, kGamma, kEmpirical; 0 or 1 for kConstant.
double law_cdf(const Law& law, double x);

}  // namespace aforo
