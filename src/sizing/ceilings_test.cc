#include "sizing/ceilings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sizing/line_search.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

TEST(Ceilings, CountsAreRoundedUpByATenthAtMost) {
  EXPECT_EQ(ceiling_count(1), 1U);
  EXPECT_EQ(ceiling_count(2), 2U);
  for (std::uint32_t n = 1; n < 60'000; n += 37) {
    EXPECT_GE(ceiling_count(n), n);
    EXPECT_LE(ceiling_count(n), 1.1 * n + 1);
    EXPECT_LE(ceiling_count(n), ceiling_count(n + 1));
  }
}

// Files of 300 kB for 16 accelerators, 30 TB of them: every family has something to decide.
SizingAsk decided() {
  SizingAsk ask = plain_ask();
  Workload& w = ask.jobs[0].workload;
  w.dataset.samples = 100'000'000;
  w.dataset.sample_size = Law{.kind = LawKind::kLognormal, .mean = 3e5, .stddev = 1e5};
  w.loader.batch_size = 50;
  w.loader.workers = 16;
  w.accelerator.count = 16;
  w.training.au_target = 0.5;
  w.training.epochs = 400;
  return ask;
}

// Of every 37th line, sizes from the least to some times as large: no design does better than its ceilings,
// but for the roughness of the closed forms.
TEST(Ceilings, NoDesignIsAboveThem) {
  constexpr double kRoughness = 1e-4;
  const SizingAsk ask = decided();
  const Need need = need_of(ask);
  SolvedNetworks solved;
  Ceilings ceilings(need, ask.accelerators_per_host, solved);
  const auto lines = design_lines(ask, need, Catalogue::shipped());
  std::size_t served = 0;
  for (std::size_t i = 0; i < lines.size(); i += 37) {
    const auto least = least_size(lines[i], need);
    if (!least) continue;
    for (const std::uint32_t times : {1U, 2U, 6U}) {
      const DesignLine& line = lines[i];
      const LineSize size{times * least->main,
                          line.has_tier() ? std::min(times * least->tier, most_tier_servers(line, need)) : 0};
      const Judgement judged = judge_design(figures_of(line, need, size), need, 8);
      if (!judged.serves()) continue;
      ++served;
      const std::uint32_t drives = ceiling_count(size.main * line.per_node), tier = ceiling_count(size.tier);
      for (const Ceiling& ceiling : {ceilings.of(line), ceilings.in_front(line, line.has_tier() ? tier : 0),
                                     ceilings.behind(line, drives, line.has_tier() ? tier : 0)}) {
        ASSERT_FALSE(ceiling.empty()) << design_of(line, need, size).name;
        EXPECT_GE(ceiling[0], judged.served[0].au - kRoughness) << design_of(line, need, size).name;
      }
    }
  }
  EXPECT_GT(served, 100U);
}

// What is idealised counts for nothing: the drives of other servers have the same ceiling, other drives another.
TEST(Ceilings, AreSharedByLinesOfTheSameDrives) {
  const SizingAsk ask = decided();
  const Need need = need_of(ask);
  SolvedNetworks solved;
  Ceilings ceilings(need, ask.accelerators_per_host, solved);
  const auto lines = design_lines(ask, need, Catalogue::shipped());
  for (const DesignLine& line : lines) {
    const bool same = line.main.drive == lines[0].main.drive && line.main.data == lines[0].main.data &&
                      line.main.parity == lines[0].main.parity && line.tier.drive == nullptr;
    EXPECT_EQ(&ceilings.behind(line, 100, 0) == &ceilings.behind(lines[0], 100, 0), same);
    if (&line - lines.data() > 300) break;
  }
}

}  // namespace
}  // namespace aforo
