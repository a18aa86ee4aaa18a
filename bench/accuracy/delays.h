// When a request of the slow filesystem is answered: laws of latency, C servers in order of arrival, a
// bandwidth limit.
//
// Nothing here sleeps or looks at a clock: times are seconds on whatever clock the caller uses. That a
// request waits in a queue is worked out on arrival, so that a waiting request costs one sleep and no
// hand-over between threads.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <mutex>
#include <queue>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace slowfs {

struct BadWord : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A whole text as a number that is finite and not negative. Throws BadWord.
inline double number(std::string_view text, const std::string& what) {
  try {
    std::size_t used = 0;
    const std::string copy(text);
    const double value = std::stod(copy, &used);
    if (used == copy.size() && std::isfinite(value) && value >= 0) return value;
  } catch (const std::logic_error&) {  // stod's way to say that it is none, or too large
  }
  throw BadWord("expected " + what + ", found '" + std::string(text) + "'");
}

// "250us", "2ms", "0.1s" in seconds. Throws BadWord.
inline double duration(std::string_view text) {
  const auto digits = text.find_first_not_of("0123456789.");
  const std::string_view unit = digits == std::string_view::npos ? "" : text.substr(digits);
  const double scale = unit == "us" ? 1e-6 : unit == "ms" ? 1e-3 : unit == "s" ? 1 : 0;
  if (scale == 0) throw BadWord("expected a time in us, ms or s, found '" + std::string(text) + "'");
  return scale * number(text.substr(0, digits), "a time");
}

// A law of latency, in seconds: "constant:2ms", "exponential:MEAN", "lognormal:MEAN:CV" (CV = stddev / mean)
// or "tail:BASE:P:FACTOR" (BASE, but FACTOR times as long with probability P).
class Latency {
 public:
  static Latency parse(std::string_view text) {  // throws BadWord
    std::vector<std::string_view> words;
    for (std::string_view rest = text;;) {
      const auto colon = rest.find(':');
      words.push_back(rest.substr(0, colon));
      if (colon == std::string_view::npos) break;
      rest.remove_prefix(colon + 1);
    }
    Latency law;
    law.name_ = words[0];
    const std::size_t wanted = law.name_ == "constant" || law.name_ == "exponential" ? 2
                               : law.name_ == "lognormal"                            ? 3
                               : law.name_ == "tail"                                 ? 4
                                                                                     : 0;
    if (words.size() != wanted) {
      throw BadWord(
          "expected constant:TIME, exponential:MEAN, lognormal:MEAN:CV or tail:TIME:P:FACTOR, found '" +
          std::string(text) + "'");
    }
    law.mean_ = duration(words[1]);
    if (wanted > 2)
      law.a_ = number(words[2], law.name_ == "tail" ? "a probability" : "a coefficient of variation");
    if (wanted > 3) law.b_ = number(words[3], "a factor");
    if (law.name_ == "tail" && law.a_ > 1)
      throw BadWord("expected a probability up to 1, found '" + std::string(text) + "'");
    return law;
  }

  template <typename Random>
  double draw(Random& random) const {
    if (mean_ == 0 || name_ == "constant") return mean_;
    if (name_ == "exponential") return std::exponential_distribution<double>(1 / mean_)(random);
    if (name_ == "tail") return std::bernoulli_distribution(a_)(random) ? mean_ * b_ : mean_;
    const double variance = std::log1p(a_ * a_);  // of the logarithm; its mean makes the law's mean mean_
    return std::lognormal_distribution<double>(std::log(mean_) - variance / 2, std::sqrt(variance))(random);
  }

 private:
  std::string name_ = "constant";
  double mean_ = 0, a_ = 0, b_ = 0;
};

struct Limits {
  std::size_t concurrency = 0;  // requests served at once; 0 = any number
  double bandwidth = 0;         // bytes per second of all requests together; 0 = any
  double burst = 0;             // bytes that may pass at once after idling
};

// Thread-safe.
class Server {
 public:
  Server(Limits limits, unsigned seed) : limits_(limits), random_(seed) {
    for (std::size_t i = 0; i < limits.concurrency; ++i) free_at_.push(0);
  }

  // When a request that arrives `now` is answered. It waits for the first free of C servers, in order of
  // arrival; from then on its latency passes, and beside it the bandwidth limit (a token bucket) lets its
  // bytes through.
  double answer_at(double now, const Latency& latency, double bytes) {
    const std::lock_guard lock(mutex_);
    double begin = now;
    if (limits_.concurrency > 0) {
      begin = std::max(now, free_at_.top());
      free_at_.pop();
    }
    double end = begin + latency.draw(random_);
    if (limits_.bandwidth > 0 && bytes > 0) {
      passed_at_ =
          std::max(passed_at_, begin - limits_.burst / limits_.bandwidth) + bytes / limits_.bandwidth;
      end = std::max(end, passed_at_);
    }
    if (limits_.concurrency > 0) free_at_.push(end);
    return end;
  }

 private:
  std::mutex mutex_;
  const Limits limits_;
  std::mt19937_64 random_;
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at_;
  double passed_at_ = 0;
};

}  // namespace slowfs
