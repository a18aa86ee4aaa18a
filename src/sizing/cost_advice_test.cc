#include "sizing/cost_advice.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "sizing/test_kit.h"
#include "workload/parse.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<SizeAdvice> advised(const SizingAsk& ask) {
  return size_advice(ask, {PriceBook::shipped(), Catalogue::shipped(), 2});
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
  ASSERT_FALSE(variant_of("now", ask, {PriceBook::shipped(), Catalogue::shipped(), 2}).serves());
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
    return variant_of("then", ask, {PriceBook::shipped(), Catalogue::shipped(), 2}).serves();
  };
  EXPECT_TRUE(serves(percent));
  EXPECT_FALSE(serves(percent + 1));
  EXPECT_EQ(find(advised(plain_ask()), "a target of "), nullptr);
}

// What is said to be saved is the difference of the two totals, and worth saying.
TEST(SizeAdvice, SavesWhatItSays) {
  SizingAsk ask = plain_ask();
  ask.place = Place::kCloud;
  const Variant now = variant_of("now", ask, {PriceBook::shipped(), Catalogue::shipped(), 2});
  const auto all = advised(ask);
  ASSERT_FALSE(all.empty());
  for (const SizeAdvice& a : all) {
    EXPECT_NEAR(a.saved, now.compared() - a.cost(), 1e-9);
    EXPECT_GE(a.saved, 0.02 * now.total());
    EXPECT_THAT(a.text, HasSubstr("a month less"));
  }
}

// Where 64 H100 are owned no cloud is advised: they would be rented there. Nor is anything said to save nothing.
TEST(SizeAdvice, StaysWhereTheBestStands) {
  SizingAsk ask;
  ask.jobs.push_back({load_preset("imagenet_resnet50_h100"), 1});
  ask.jobs[0].workload.accelerator.count = 64;
  SizeOptions options;
  options.ask = ask;
  options.prices = PriceBook::shipped();
  options.confirm = 0;
  Screening screening(ask, Catalogue::shipped(), 2);
  const SizeResult found = size_designs(screening, options);
  const SizingAsk there = where_the_best_stands(ask, screening, found);
  EXPECT_EQ(there.place, Place::kOnPremises);
  for (const SizeAdvice& a : advised(there)) {
    EXPECT_FALSE(a.with.cloud) << a.text;
    EXPECT_THAT(a.text, ::testing::Not(HasSubstr("$0 a month less")));
  }
}

// By hand: 73.9 cores wanted for each of 64 H100, hosts of 112 less one for each: 8 in a host are held back, one is
// not. 64 hosts instead of 8 are 56 more, each 60,000 x (0.28859 + 0.15) / 12 = 2,193 USD a month. A worker is a core:
// 16 are too few, too.
TEST(SizeAdvice, HostsThatAreHeldBackByTheirCoresGetACostedCure) {
  SizingAsk ask;
  ask.jobs.push_back({load_preset("mimic_cxr_densenet_h100"), 1});
  ask.jobs[0].workload.accelerator.count = 64;
  ask.place = Place::kOnPremises;
  const auto all = advised(ask);
  const SizeAdvice* hosts = find(all, " in a host with ");
  ASSERT_NE(hosts, nullptr);
  const double more = 64.0 / std::stod(hosts->change) - 8;
  EXPECT_THAT(hosts->change, HasSubstr(fmt::format("({:.0f} more hosts for $", more)));
  EXPECT_NEAR(hosts->hosts, more * 2193, more);
  EXPECT_GT(hosts->with.au, 0.3) << "0.176 now";
  const SizeAdvice* decoded = find(all, "decoding on the accelerators");
  ASSERT_NE(decoded, nullptr);
  EXPECT_GT(decoded->with.au, 0.9);
  EXPECT_GT(decoded->saved, 30'000);
  EXPECT_EQ(find(advised(plain_ask()), " in a host with "), nullptr) << "whose cores suffice";
}

// 23 shards for 64 accelerators: each reads all of them, 64 times what it needs, and nothing serves. In 64
// shards each has its own.
TEST(SizeAdvice, ShardsForEveryAccelerator) {
  SizingAsk ask;
  ask.jobs.push_back({load_preset("criteo_dlrm_dcnv2_h100"), 1});
  ask.jobs[0].workload.accelerator.count = 64;
  ASSERT_FALSE(variant_of("now", ask, {PriceBook::shipped(), Catalogue::shipped(), 2}).serves());
  const auto all = advised(ask);
  const SizeAdvice* files = find(all, " or more files (dataset.samples_per_file=");
  ASSERT_NE(files, nullptr);
  EXPECT_TRUE(files->with.serves());
  EXPECT_THAT(files->text, HasSubstr("would serve, where nothing does now"));
  EXPECT_LT(files->cost(), 2000);
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
  EXPECT_THROW(size_advice(plain_ask(), {PriceBook::shipped(), Catalogue::shipped(), 2}, stop.get_token()),
               Interrupted);
}

}  // namespace
}  // namespace aforo
