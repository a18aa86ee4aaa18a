// Distribution laws for sizes and times: how a workload says "about 114 kB, but spread out". Pure;
// thread-safe where the generator is not shared.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace aforo {

// Which law; beside each the members that count.
enum class LawKind {
  // Mean.
  kConstant,
  kNormal,  // mean, stddev
  // Mean, stddev: of the values themselves, not of their logarithm.
  kLognormal,
  // Mean, stddev: on [mean - sqrt(3) stddev, mean + sqrt(3) stddev].
  kUniform,
  kGamma,        // mean, stddev
  kExponential,  // mean
  // Mean: whole bytes or whole seconds, as the benchmark draws it.
  kPoisson,
  // The benchmark's rectangle: two sides ~ normal(sqrt(mean), stddev / (2 sqrt(mean))).
  kProductOfNormals,
  // Quantiles at `shares`, linear in between; two at one share are a jump.
  kEmpirical,
};

// "lognormal", "product-of-normals", ...
std::string_view to_string(LawKind kind);

// A law over positive numbers (bytes or seconds; the owner knows which). Dumb data; copy freely. A
// Law that was read from words has been checked (law_error); one made in code is taken as it is.
struct Law {
  LawKind kind = LawKind::kConstant;
  double mean = 0;
  double stddev = 0;
  double minimum = 0;  // draws below are raised to it
  // Draws above are lowered to it; 0 = none.
  double maximum = 0;
  // kEmpirical only: values at 0, 1/(n-1), ..., 1, or at `shares`, as many, which rise from 0 to 1.
  std::vector<double> quantiles{};
  std::vector<double> shares{};
  bool operator==(const Law&) const = default;
};

// One draw, >= law.minimum and never negative. Deterministic in the state of `random`, which one
// draw may advance by any number of words.
double draw(const Law& law, Random& random);

// kEmpirical only: the value below which the fraction u in [0, 1] lies (at a jump the upper one); 0 without
// quantiles. O(log quantiles).
double law_quantile(const Law& law, double u);

// The kind of that name; nothing for a word that is none.
std::optional<LawKind> law_kind(std::string_view word);
// All names, in the order of LawKind.
std::vector<std::string> law_words();

// Does the law spread (is `stddev` part of it)?
bool has_stddev(LawKind kind);

// Mean and coefficient of variation (standard deviation / mean) of what `draw` yields (without
// clamping), from closed forms; 0 for a law of mean 0.
double law_mean(const Law& law);
double law_cv(const Law& law);

}  // namespace aforo
