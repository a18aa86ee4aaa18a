// How long a running process takes to size again after one input has changed: what a slider waits for.
//
//   size_change [seed] [preset]
//
// For every preset, or the one named: a first sizing by closed forms, which is not counted, then changes of one input each
// (accelerators, capacity, target, place) drawn from the seed. Prints milliseconds per preset: median, 95th
// percentile and the longest until the answer is known (what is needed, designs, money: Context::early), and until
// the page is whole, with what would change the answer; and the same of all.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "answer/size.h"
#include "base/error.h"
#include "base/random.h"
#include "workload/presets.h"

namespace aforo {
namespace {

constexpr int kChanges = 16;

template <class T>
const T& one_of(const std::vector<T>& values, Random& random) {
  return values[random.below(values.size())];
}

// The ask with one of its inputs drawn anew.
SizeAsk changed(SizeAsk ask, int what, Random& random) {
  static const std::vector<std::uint64_t> accelerators = {8, 16, 24, 32, 48, 64, 96, 128, 192, 256};
  static const std::vector<double> terabytes = {50, 100, 200, 300, 500, 800, 1200, 2000};
  static const std::vector<double> targets = {0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95};
  if (what == 0) ask.accelerators = one_of(accelerators, random);
  if (what == 1) ask.capacity = Bytes{static_cast<std::uint64_t>(one_of(terabytes, random) * 1e12)};
  if (what == 2) ask.target = one_of(targets, random);
  if (what == 3) ask.where = random.below(2) == 0 ? Place::kOnPremises : Place::kCloud;
  return ask;
}

struct Waited {
  double answer = 0, page = 0;  // ms
};
Waited wait_for(const SizeAsk& ask) {
  Waited waited;
  Context context;
  context.page_only = true;
  const auto begin = std::chrono::steady_clock::now();
  const auto passed = [&] {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  };
  context.early = [&](const Json&) { waited.answer = passed(); };
  try {
    answer(ask, context);
  } catch (const UserError&) {  // a refusal is an answer
  }
  waited.page = passed();
  if (waited.answer == 0) waited.answer = waited.page;
  return waited;
}

std::string figures(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return times[static_cast<std::size_t>(std::lround(share * static_cast<double>(times.size() - 1)))];
  };
  return fmt::format("{:.0f} | {:.0f} | {:.0f}", at(0.5), at(0.95), times.back());
}

void print(const std::string& name, const std::vector<Waited>& waited) {
  std::vector<double> answers, pages;
  for (const Waited& of : waited) answers.push_back(of.answer), pages.push_back(of.page);
  fmt::print("| {} | {} | {} | {} |\n", name, waited.size(), figures(answers), figures(pages));
}

void measure(std::uint64_t seed, const std::string& only) {
  Random random(seed);
  std::vector<Waited> all;
  fmt::print(
      "| preset | changes | answer, ms: median | 95th percentile | longest | whole page: median "
      "| 95th percentile | longest |\n|---|---|---|---|---|---|---|---|\n");
  for (const std::string& preset : preset_names()) {
    if (!only.empty() && preset != only) continue;
    SizeAsk ask;
    ask.workload = preset;
    ask.accelerators = 64;
    ask.confirm = 0;
    wait_for(ask);
    std::vector<Waited> waited;
    for (int i = 0; i < kChanges; ++i) waited.push_back(wait_for(changed(ask, i % 4, random)));
    all.insert(all.end(), waited.begin(), waited.end());
    print(preset, waited);
  }
  print("**all**", all);
}

}  // namespace
}  // namespace aforo

int main(int count, char** words) {
  aforo::measure(count > 1 ? std::strtoull(words[1], nullptr, 10) : 1, count > 2 ? words[2] : "");
  return 0;
}
