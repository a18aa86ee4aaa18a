#include "sizing/cost_advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<SizeAdvice> advised(const SizingAsk& ask) {
  return size_advice(ask, PriceBook::shipped(), Catalogue::shipped(), 2);
}

const SizeAdvice* find(const std::vector<SizeAdvice>& all, const std::string& part) {
  for (const SizeAdvice& a : all)
    if (a.change.find(part) != std::string::npos) return &a;
  return nullptr;
}

// 7.2 GB/s of files of 1 MB: flash has time and bandwidth to spare, whatever the loader does.
TEST(SizeAdvice, NothingToGainNothingSaid) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.accelerator.step_time = constant_law(0.01);
  ask.family = Family::kFlashTlc;
  EXPECT_THAT(advised(ask), IsEmpty());
}

// With one worker 9 ms are allowed for a file, twice the workers 18: too short and long enough
// for the disks' seeks.
TEST(SizeAdvice, WorkersThatHideADisksLatency) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.loader.workers = 1;
  ask.jobs[0].workload.accelerator.step_time = constant_law(0.08);
  ask.family = Family::kHdd;
  ASSERT_FALSE(variant_of("now", ask, PriceBook::shipped(), Catalogue::shipped(), 2).serves());
  const auto all = advised(ask);
  const SizeAdvice* workers = find(all, "twice the workers (2 per accelerator)");
  ASSERT_NE(workers, nullptr);
  EXPECT_TRUE(workers->with.serves());
  EXPECT_EQ(workers->saved, 0);
  EXPECT_THAT(workers->text, HasSubstr("HDD for $"));
  EXPECT_THAT(workers->text, HasSubstr("would serve, where nothing does now"));
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_LE(all[i - 1].with.total(), all[i].with.total());
}

// The highest target that something serves: one percent more and nothing does. Where something serves now, no
// lower target is advised.
TEST(SizeAdvice, ATargetThatIsServed) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.loader.workers = 1;
  ask.jobs[0].workload.accelerator.step_time = constant_law(0.08);
  ask.family = Family::kHdd;
  const auto all = advised(ask);
  const SizeAdvice* target = find(all, "a target of ");
  ASSERT_NE(target, nullptr);
  const int percent = std::stoi(target->change.substr(std::string("a target of ").size()));
  EXPECT_THAT(target->change, HasSubstr("% instead of 90 %"));
  const auto serves = [&](int p) {
    ask.jobs[0].workload.training.au_target = p / 100.0;
    return variant_of("then", ask, PriceBook::shipped(), Catalogue::shipped(), 2).serves();
  };
  EXPECT_TRUE(serves(percent));
  EXPECT_FALSE(serves(percent + 1));
  EXPECT_EQ(find(advised(plain_ask()), "a target of "), nullptr);
}

// What is said to be saved is the difference of the two totals, and worth saying.
TEST(SizeAdvice, SavesWhatItSays) {
  const SizingAsk ask = plain_ask();
  const Variant now = variant_of("now", ask, PriceBook::shipped(), Catalogue::shipped(), 2);
  const auto all = advised(ask);
  ASSERT_FALSE(all.empty());
  for (const SizeAdvice& a : all) {
    EXPECT_NEAR(a.saved, now.total() - a.with.total(), 1e-9);
    EXPECT_GE(a.saved, 0.02 * now.total());
    EXPECT_THAT(a.text, HasSubstr("a month less"));
  }
}

// Files of 100 MB are not packed, shards are shards already.
TEST(SizeAdvice, OnlySmallFilesArePacked) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.loader.workers = 1;
  ask.jobs[0].workload.accelerator.step_time = constant_law(0.02);
  ask.jobs[0].workload.dataset.sample_size = constant_law(1e8);
  ask.jobs[0].workload.dataset.samples = 10'000;
  EXPECT_EQ(find(advised(ask), "packed"), nullptr);
  ask.jobs[0].workload.dataset.sample_size = constant_law(1e6);
  ask.jobs[0].workload.dataset.samples = 1'000'000;
  EXPECT_NE(find(advised(ask), "packed"), nullptr);
}

TEST(SizeAdvice, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(size_advice(plain_ask(), PriceBook::shipped(), Catalogue::shipped(), 2, stop.get_token()),
               Interrupted);
}

}  // namespace
}  // namespace aforo
