#include "sizing/line_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "sizing/test_kit.h"

namespace aforo {
namespace {

// Lines of some families for one ask, searched together or one by one.
class LineQueueTest : public ::testing::Test {
 protected:
  void of(SizingAsk ask, Family family) {
    ask.family = family;
    need_ = need_of(ask);
    for (const DesignLine& line : design_lines(ask, need_, Catalogue::shipped()))
      lines_.push_back(judged_line(line, need_));
  }

  std::optional<LineQueue::Found> cheapest(std::vector<std::size_t> lines, double limit = HUGE_VAL,
                                           const Refusal& refused = {}, Aim aim = Aim::kNamed) {
    LinePrices prices(PriceBook::shipped(), need_, 0);
    Ceilings ceilings(need_, 8, solved_);
    LineQueue queue([&](std::size_t i) { return LineSearch(lines_[i], need_, 8, prices, ceilings, refused); },
                    aim);
    return queue.cheapest(lines, limit);
  }

  std::vector<std::size_t> every(std::size_t stride) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < lines_.size(); i += stride) out.push_back(i);
    return out;
  }

  std::size_t judged() const {
    return std::accumulate(lines_.begin(), lines_.end(), std::size_t{0},
                           [](std::size_t sum, const JudgedLine& line) { return sum + line.judged.size(); });
  }

  Need need_;
  SolvedNetworks solved_;
  std::vector<JudgedLine> lines_;
};

// A queue of one line is a search of that line: all together find the cheapest of them, and judge few.
TEST_F(LineQueueTest, FindsTheCheapestOfAll) {
  of(plain_ask(), Family::kFlashTlc);
  of(plain_ask(), Family::kHybrid);
  const auto together = cheapest(every(5));
  ASSERT_TRUE(together);
  EXPECT_LT(judged(), every(5).size() / 4);
  double best = HUGE_VAL;
  for (const std::size_t i : every(5))
    if (const auto alone = cheapest({i})) best = std::min(best, alone->size.total);
  EXPECT_NEAR(together->size.total, best, 1e-9 * best);
}

// Nothing that costs the limit is found, and what costs less is not missed.
TEST_F(LineQueueTest, KeepsToTheLimit) {
  of(plain_ask(), Family::kFlashQlc);
  const double best = cheapest(every(3))->size.total;
  EXPECT_FALSE(cheapest(every(3), best));
  EXPECT_NEAR(cheapest(every(3), best * 1.0001)->size.total, best, 1e-9 * best);
}

// Where every size is refused nothing is found, and no line is searched from each of its thousands of sizes.
TEST_F(LineQueueTest, RefusalsHaveAnEnd) {
  of(plain_ask(), Family::kFlashQlc);
  ASSERT_TRUE(cheapest(every(3)));
  std::size_t asked = 0;
  EXPECT_FALSE(cheapest(every(3), HUGE_VAL, [&](const DesignLine&, const LineSize&) { return ++asked > 0; }));
  EXPECT_GT(asked, 0U);
  EXPECT_LT(asked, 100 * every(3).size());
}

// What one refusal forbids is passed over: another size, or another line, is found, and costs more.
TEST_F(LineQueueTest, ARefusalIsOfASizeAndNotOfAll) {
  of(plain_ask(), Family::kFlashQlc);
  const LineQueue::Found best = *cheapest(every(3));
  const auto other = cheapest(every(3), HUGE_VAL, [&](const DesignLine& line, const LineSize& size) {
    return &line == &lines_[best.line].line && size == best.size.size;
  });
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->line == best.line && other->size.size == best.size.size);
  EXPECT_GE(other->size.total, best.size.total);
}

// Steps that no host's network feeds, 800 GB/s of each: no line is judged, the ceilings say it.
TEST_F(LineQueueTest, WhereNothingCanServeNothingIsJudged) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.accelerator.step_time = constant_law(1e-4);
  of(ask, Family::kHybrid);
  EXPECT_FALSE(cheapest(every(1)));
  EXPECT_EQ(judged(), 0U);
}

// Whatever is looked for, what is found serves; the cheapest is the same whether misses are named or not.
TEST_F(LineQueueTest, EveryAimFindsWhatServes) {
  of(plain_ask(), Family::kHybrid);
  const auto named = cheapest(every(5)), alone = cheapest(every(5), HUGE_VAL, {}, Aim::kCheapest),
             any = cheapest(every(5), HUGE_VAL, {}, Aim::kAny);
  ASSERT_TRUE(named && alone && any);
  EXPECT_EQ(named->line, alone->line);
  EXPECT_EQ(named->size.size, alone->size.size);
  EXPECT_GE(any->size.total, named->size.total);
  EXPECT_TRUE(lines_[any->line].judged.at(any->size.size).serves());
}

// Targets around the highest that disks reach: where one aim finds nothing, neither does another, and without names
// fewer are judged for it.
TEST_F(LineQueueTest, EveryAimSeesThatNothingServes) {
  int nothing = 0;
  for (const double idle : {0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8}) {
    SizingAsk ask = plain_ask();
    ask.jobs[0].workload.training.au_target = 1 - idle;
    lines_.clear();
    of(ask, Family::kHdd);
    const bool named = cheapest(every(3)).has_value();
    const std::size_t judged_named = judged();
    lines_.clear();
    of(ask, Family::kHdd);
    EXPECT_EQ(cheapest(every(3), HUGE_VAL, {}, Aim::kAny).has_value(), named) << idle;
    if (named) continue;
    ++nothing;
    EXPECT_LE(judged(), judged_named);
  }
  EXPECT_GT(nothing, 0);
}

}  // namespace
}  // namespace aforo
