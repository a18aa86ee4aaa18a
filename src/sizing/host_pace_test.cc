#include "sizing/host_pace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sizing/judge.h"
#include "sizing/need.h"
#include "sizing/screening.h"
#include "sizing/size.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

// The plain job: 800 samples/s on one host of 112 cores, 8 of which train. A sample takes `seconds` to
// prepare, and 120 us to read: 20 for the file, 100 for its megabyte.
SizingAsk preparing(double seconds, std::uint32_t workers = 64) {
  SizingAsk ask = plain_ask();
  ask.place = Place::kOnPremises;
  ask.jobs[0].workload.loader.preprocess = constant_law(seconds);
  ask.jobs[0].workload.loader.workers = workers;
  ask.jobs[0].workload.loader.prefetch = 2;
  return ask;
}

HostPace pace_of(const SizingAsk& ask) {
  const Workload& w = ask.jobs[0].workload;
  return host_pace(w, requirement(w, {}), ask, Catalogue::shipped());
}

TEST(HostPace, CoresOfAHost) {
  AcceleratorHost host;
  host.cores = 112;
  SizingAsk ask;
  ask.accelerators_per_host = 8;
  EXPECT_EQ(loading_cores(host, 8, ask), 104U);
  EXPECT_EQ(loading_cores(host, 64, ask), 104U);  // eight in each
  EXPECT_EQ(loading_cores(host, 1, ask), 111U);
  ask.host_cores = 32;
  EXPECT_EQ(loading_cores(host, 8, ask), 24U);
  ask.host_cores = 4;
  EXPECT_EQ(loading_cores(host, 8, ask), 1U);
  ask.host_cores.reset();
  host.accelerators = 4;  // eight accelerators stand in two of them
  EXPECT_EQ(loading_cores(host, 8, ask), 216U);
}

// 800 x (0.26 + 0.00012) s = 208.1 cores where 104 are free: half speed.
TEST(HostPace, CoresLimit) {
  const HostPace found = pace_of(preparing(0.26));
  EXPECT_NEAR(found.cores_wanted, 208.1, 0.01);
  EXPECT_EQ(found.cores, 104U);
  EXPECT_NEAR(found.pace, 104 / 208.1, 1e-4);
  EXPECT_FALSE(found.workers);
  EXPECT_THAT(found.note, HasSubstr("the hosts' CPU is the limit, 208 cores wanted of 104"));
  EXPECT_THAT(found.note, HasSubstr("--host-cores"));
}

// What no storage mends: of half speed, epochs of ten steps lose the time of their first batch, too.
TEST(HostPace, AnIdealStorageReachesLess) {
  SizingAsk ask = preparing(0.26);
  const HostPace longer = pace_of(ask);
  EXPECT_LE(longer.reach(), longer.pace);
  EXPECT_GT(longer.reach(), 0.8 * longer.pace);
  Workload& w = ask.jobs[0].workload;
  w.dataset.samples = std::uint64_t{w.accelerator.count} * w.loader.batch_size * 10;
  EXPECT_LT(pace_of(ask).reach(), 0.9 * longer.reach());
  EXPECT_EQ(pace_of(preparing(0.1)).reach(), 1);
}

TEST(HostPace, EnoughCoresLimitNothing) {
  const HostPace found = pace_of(preparing(0.1));  // 80.1 cores
  EXPECT_EQ(found.pace, 1);
  EXPECT_EQ(found.note, "");
  EXPECT_EQ(pace_of(preparing(0)).pace, 1);
}

// 8 x 8 workers prepare 64 samples at once, 640 a second at 0.1 s each: four fifths of the 800.
TEST(HostPace, WorkersLimit) {
  const HostPace found = pace_of(preparing(0.1, 8));
  EXPECT_TRUE(found.workers);
  EXPECT_NEAR(found.pace, 0.8, 1e-9);
  EXPECT_THAT(found.note, HasSubstr("--workers"));
}

// A loader without workers prepares between steps: 0.1 / (0.1 + 10 x 0.01).
TEST(HostPace, NoWorkersAtAll) { EXPECT_NEAR(pace_of(preparing(0.01, 0)).pace, 0.5, 1e-9); }

TEST(HostPace, MoreCoresOrFewerAcceleratorsInAHostCure) {
  SizingAsk ask = preparing(0.26);
  ask.host_cores = 256;
  EXPECT_EQ(pace_of(ask).pace, 1);
  ask = preparing(0.26);
  ask.accelerators_per_host = 4;  // 104.1 cores where 108 are free
  EXPECT_EQ(pace_of(ask).pace, 1);
}

// The best hosts that are allowed: Google's have 104 cores, AWS' and Azure's 96.
TEST(HostPace, OfTheHostsThatAreAllowed) {
  SizingAsk ask = preparing(0.26);
  ask.place = Place::kCloud;
  EXPECT_EQ(pace_of(ask).cores, 96U);
  ask.provider = Provider::kAws;
  EXPECT_EQ(pace_of(ask).cores, 88U);
  ask.provider.reset();
  ask.place = Place::kAny;
  EXPECT_EQ(pace_of(ask).cores, 104U);
}

// At half speed half of the bytes are read: 0.9 x 0.4997 x 0.8 GB/s; the target is that of what can be had.
TEST(HostPace, StorageIsSizedForWhatHostsPrepare) {
  const SizingAsk ask = preparing(0.26);
  const Need need = need_of(ask);
  EXPECT_NEAR(need.jobs[0].host.pace, 0.49976, 1e-5);
  EXPECT_NEAR(need.jobs[0].requirement.target, 0.9 * 0.49976, 1e-5);
  EXPECT_NEAR(need.read.value, 0.9 * 0.49976 * 0.8e9, 1e4);
  EXPECT_NEAR(need.network_per_host.value, 0.49976 * 0.8e9, 1e4);
  EXPECT_THAT(need.notes, Contains(HasSubstr("whatever the storage, which is sized for that")));
}

// Something serves, none better than the cores allow, and the cores are what it says.
TEST(HostPace, TheAnswerIsTheHosts) {
  const SizingAsk ask = preparing(0.26);
  Screening screening(ask, Catalogue::shipped(), 1);
  SizeOptions options;
  options.ask = ask;
  options.prices = round_prices();
  options.confirm = 0;
  const SizeResult result = size_designs(screening, options, {});
  ASSERT_FALSE(result.designs.empty());
  const Served& served = result.designs.front().judgement.served.front();
  EXPECT_GT(served.au, 0.9 * 0.49976 - 1e-9);
  EXPECT_LT(served.au, 0.49976 + 0.005);
  EXPECT_THAT(served.limit, HasSubstr("hosts' CPU"));
}

}  // namespace
}  // namespace aforo
