#include "measure/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "measure/verdict_test_kit.h"

namespace aforo {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

struct Scenario {
  const char* name;
  std::function<void(Evidence&)> change;
  Limit limit;
  const char* says;  // in the text
};

class VerdictOf : public testing::TestWithParam<Scenario> {};

TEST_P(VerdictOf, Scenario) {
  Evidence e = slow_job();
  GetParam().change(e);
  const Verdict v = verdict_of(e);
  EXPECT_EQ(to_string(v.limit), to_string(GetParam().limit)) << v.text;
  EXPECT_THAT(v.text, HasSubstr(GetParam().says));
  EXPECT_THAT(v.text, testing::StartsWith(to_string(v.limit) + ": "));
  EXPECT_THAT(v.text, Not(HasSubstr("\n")));
  EXPECT_FALSE(v.evidence.empty());
  EXPECT_FALSE(v.advice.empty());
  EXPECT_THAT(v.advice, Each(Not(testing::IsEmpty())));
}

const Scenario kPlain[] = {
    {"TargetMet", [](Evidence& e) { e.au = 0.93; }, Limit::kNone, "AU 93.0 % meets the target of 90.0 %"},
    {"TargetMetExactly", [](Evidence& e) { e.au = 0.9; }, Limit::kNone, "meets"},
    {"NearTheNullCeiling", [](Evidence& e) { e.null_ceiling = 750; }, Limit::kClientCpu,
     "80.0 % of what this client"},
    {"FarFromTheNullCeiling", [](Evidence& e) { e.null_ceiling = 5000; }, Limit::kUnknown, "no single cause"},
    {"AllCoresUsed", [](Evidence& e) { e.client_cpu_share = 0.95; }, Limit::kClientCpu,
     "95.0 % of the client's cores"},
    {"OneLoopFull", [](Evidence& e) { e.io_cpu_share = 0.97; }, Limit::kClientCpu, "97.0 % of its core"},
    {"MoreWorkersHelp",
     [](Evidence& e) {
       e.more_workers = {"32 workers instead of 8", 1800, 32};
     },
     Limit::kLoaderSettings, "32 workers instead of 8 read 3.0 x as many samples/s"},
    {"SlowestRank", [](Evidence& e) { e.load_wait_share = 0.1, e.barrier_wait_share = 0.3; },
     Limit::kBarrierSkew, "30.0 % of the time is spent waiting for the slowest rank"},
    {"Opens", [](Evidence& e) { e.open_share = 0.7; }, Limit::kMetadata, "70.0 % of a sample's read time"},
    {"Link", [](Evidence& e) { e.network_busy_share = 0.97; }, Limit::kNetwork, "the link is 97.0 % busy"},
    {"DeviceFull",
     [](Evidence& e) {
       e.device_busy_share = 0.99;
       e.bytes_per_second = BytesPerSecond{2.0 * (1 << 30)};
     },
     Limit::kStorageBandwidth, "the device is 99.0 % busy at 2.00 GiB/s"},
    {"ConcurrencyGainsNothing",
     [](Evidence& e) {
       e.worker_busy_share = 1;
       e.more_workers = {"32 workers instead of 8", 610, 32};
     },
     Limit::kStorageBandwidth, "32 workers instead of 8 gain nothing"},
    {"SmallReads",
     [](Evidence& e) {
       e.device_busy_share = 0.99;
       e.read_size = 4_KiB;
     },
     Limit::kStorageBandwidth, "requests, not bytes, are the limit"},
    {"WindowFull", [](Evidence& e) { e.worker_busy_share = 0.4; }, Limit::kLoaderSettings,
     "try --set loader.prefetch=4"},
    {"Latency", [](Evidence& e) { e.worker_busy_share = 0.99, e.device_busy_share = 0.3; },
     Limit::kStorageLatency, "in reads of 3 ms mean, 64 in flight"},
    {"ShortRun",
     [](Evidence& e) { e.compute_share = 0.6, e.load_wait_share = 0.05, e.barrier_wait_share = 0.05; },
     Limit::kUnknown, "30.0 % of the time lies outside the steps"},
    {"NothingMeasured", [](Evidence& e) { e = Evidence{}; }, Limit::kUnknown, "no step was measured"},
};

// Where two kinds of evidence disagree.
const Scenario kContradictory[] = {
    {"CoresFullButMoreWorkersGained",
     [](Evidence& e) {
       e.client_cpu_share = 0.95;
       e.more_workers = {"16 workers instead of 8", 900, 16};
     },
     Limit::kLoaderSettings, "1.5 x"},
    {"MoreWorkersGainedUpToTheCeiling",  // the experiment on null storage is the stronger one
     [](Evidence& e) {
       e.null_ceiling = 720;
       e.more_workers = {"16 workers instead of 8", 710, 16};
     },
     Limit::kClientCpu, "83.3 % of what this client"},
    {"GainWithinTheNoise",
     [](Evidence& e) {
       e.worker_busy_share = 0.95;
       e.more_workers = {"16 workers instead of 8", 680, 16};  // + 13 %
     },
     Limit::kStorageBandwidth, "gain nothing"},
    {"SkewWithWorkersAlwaysBusy",  // no rank is fast enough: the barrier only shares out the shortage
     [](Evidence& e) {
       e.load_wait_share = 0.1, e.barrier_wait_share = 0.3;
       e.worker_busy_share = 1;
     },
     Limit::kStorageLatency, "busy 100.0 %"},
    {"SkewOnAFullDevice",
     [](Evidence& e) {
       e.load_wait_share = 0.1, e.barrier_wait_share = 0.3;
       e.device_busy_share = 1;
     },
     Limit::kStorageBandwidth, "100.0 % busy"},
    {"DeviceBusyOneByOne",  // busy means "had a request", which one at a time does too
     [](Evidence& e) {
       e.device_busy_share = 0.98;
       e.requests_in_flight = 1;
       e.worker_busy_share = 1;
     },
     Limit::kStorageLatency, "try --set loader.workers=16"},
    {"OpensOnAFullDevice",
     [](Evidence& e) {
       e.open_share = 0.6;
       e.device_busy_share = 1;
     },
     Limit::kMetadata, "opening its file"},
    {"DeviceFullButMostlyFromMemory",
     [](Evidence& e) {
       e.device_busy_share = 0.95;
       e.cache_share = 0.96;
     },
     Limit::kUnknown, "NOTE: 96.0 % of the bytes came from the page cache"},
    {"BusyWorkersFromMemory",
     [](Evidence& e) {
       e.worker_busy_share = 1;
       e.cache_share = 1;
       e.cache_expected = true;
     },
     Limit::kLoaderSettings, "although the bytes come from memory"},
    {"TargetMetNearTheCeiling",
     [](Evidence& e) {
       e.au = 0.92;
       e.null_ceiling = 650;
       e.device_busy_share = 1;
     },
     Limit::kNone, "meets"},
};

std::string name_of(const testing::TestParamInfo<Scenario>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Plain, VerdictOf, testing::ValuesIn(kPlain), name_of);
INSTANTIATE_TEST_SUITE_P(Contradictory, VerdictOf, testing::ValuesIn(kContradictory), name_of);

TEST(Verdict, ACachedRunIsFlaggedEvenWhenItMeetsTheTarget) {
  Evidence e = slow_job();
  e.au = 0.97;
  e.cache_share = 0.989;
  const Verdict v = verdict_of(e);
  EXPECT_EQ(v.limit, Limit::kNone);
  EXPECT_THAT(v.evidence, Contains("page cache: 98.9 % of the bytes"));
  EXPECT_THAT(v.text, HasSubstr("NOTE: 98.9 % of the bytes came from the page cache: this measured memory, "
                                "not the storage"));
  EXPECT_THAT(v.advice.front(), HasSubstr("--drop-caches"));
}

TEST(Verdict, ACachedRunThatWasAskedForIsNot) {
  Evidence e = slow_job();
  e.cache_share = 0.97;
  e.cache_expected = true;
  EXPECT_THAT(verdict_of(e).text, Not(HasSubstr("NOTE")));
  e.cache_expected = false;
  e.cache_share = 0.49;
  EXPECT_THAT(verdict_of(e).text, Not(HasSubstr("NOTE")));
  e.cache_share = -1;  // unknown
  EXPECT_THAT(verdict_of(e).text, Not(HasSubstr("NOTE")));
  EXPECT_THAT(verdict_of(e).evidence, Not(Contains(HasSubstr("page cache"))));
}

// Little: 8 workers give 600 of the 900 samples/s that AU 90 % needs, so 12, rounded up to 16.
TEST(Verdict, NamesTheNumberOfWorkersThatLittleAsksFor) {
  Evidence e = slow_job();
  e.worker_busy_share = 1;
  EXPECT_THAT(verdict_of(e).text, HasSubstr("try --set loader.workers=16"));
  e.samples_per_second = 2;  // 3,600 workers: not believable, at most 8 times what was measured
  e.null_ceiling.reset();
  EXPECT_THAT(verdict_of(e).text, HasSubstr("try --set loader.workers=64"));
  e.workers = 0;
  EXPECT_THAT(verdict_of(e).text, HasSubstr("--set loader.workers=N"));
}

TEST(Verdict, MoreWorkersThatAreNotEnoughSaySo) {
  Evidence e = slow_job();
  e.more_workers = {"16 workers instead of 8", 720, 16};
  const Verdict v = verdict_of(e);
  EXPECT_THAT(v.text, HasSubstr("try --set loader.workers=16"));
  EXPECT_THAT(v.advice, Contains(HasSubstr("an AU of at most 72.0 %")));
}

// Without compute the unchanged loader reads 800 samples/s too: 900 with more is 12 % more, not 50 %.
TEST(Verdict, AGainIsMeasuredAgainstTheSameReRunUnchanged) {
  Evidence e = slow_job();
  e.worker_busy_share = 1;
  e.more_workers = {"32 workers instead of 8", 900, 32, 800};
  EXPECT_EQ(verdict_of(e).limit, Limit::kStorageBandwidth);
  EXPECT_THAT(verdict_of(e).evidence,
              Contains("32 workers instead of 8: 900 samples/s, against 800 as it is"));
  e.more_workers->baseline = 0;
  EXPECT_EQ(verdict_of(e).limit, Limit::kLoaderSettings);
}

// Which layout packs them is the loader's: another one would be read sample by sample.
TEST(Verdict, PacksFilesAsTheLoaderReadsThem) {
  Evidence e = slow_job();
  e.open_share = 0.7;
  EXPECT_THAT(verdict_of(e).text, AllOf(HasSubstr("try fewer, larger files"), Not(HasSubstr("layout"))));
  e.packed_layout = "webdataset";
  EXPECT_THAT(verdict_of(e).text, HasSubstr("try a packed layout: --set dataset.layout=webdataset"));
  EXPECT_THAT(verdict_of(e).advice.front(),
              "pack samples into fewer, larger files: --set dataset.layout=webdataset");
}

TEST(Verdict, ARunEndedByAnErrorIsNotJudged) {
  Evidence e;
  e.au = 0.99;
  e.samples_per_second = 100;
  e.errors = 1;
  e.ended_by_error = true;
  EXPECT_EQ(verdict_of(e).limit, Limit::kUnknown);
  EXPECT_NE(verdict_of(e).text.find("a read error ended the run"), std::string::npos);
}

// One read hung for 2 s of a job of 2.1 s: neither the loader's settings nor its window.
TEST(Verdict, TimeLostToFailedReadsIsNotTheLoaders) {
  Evidence e;
  e.au = 0.015;
  e.samples_per_second = 30;
  e.load_wait_share = 0.95;
  e.failure_share = 0.95;
  e.worker_busy_share = 0.5;
  e.errors = 1;
  const Verdict v = verdict_of(e);
  EXPECT_EQ(v.limit, Limit::kStorageLatency);
  EXPECT_NE(v.text.find("reads of 1 samples failed or were not answered"), std::string::npos) << v.text;
}

TEST(Verdict, FailedSamplesShowInTheTextOfARunThatMeetsItsTarget) {
  Evidence e;
  e.au = 0.95;
  e.samples_per_second = 30;
  e.errors = 3;
  EXPECT_NE(verdict_of(e).text.find("3 samples FAILED"), std::string::npos);
}

TEST(Verdict, DoesNotAdviseWorkersThatWereTriedInVain) {
  Evidence e;
  e.au = 0.7;
  e.compute_share = 0.7;
  e.load_wait_share = 0.3;
  e.samples_per_second = 23;
  e.demand_samples_per_second = 21.7;
  e.workers = 4;
  e.worker_busy_share = 0.5;
  e.more_workers = Counterfactual{"16 workers instead of 4", 22, 16, 23};
  for (const auto& advice : verdict_of(e).advice)
    EXPECT_EQ(advice.find("loader.workers"), std::string::npos) << advice;
}

TEST(Verdict, AMemoryFilesystemNeedsNoAdviceOnCaches) {
  Evidence e;
  e.au = 0.95;
  e.samples_per_second = 30;
  e.cache_share = 1;
  e.memory_filesystem = true;
  EXPECT_NE(verdict_of(e).text.find("memory filesystem"), std::string::npos);
  for (const auto& advice : verdict_of(e).advice) EXPECT_EQ(advice.find("--drop-caches"), std::string::npos);
}

// Epochs of few steps: workers idle a quarter of the time, the device a third; but reading alone gives 10.3
// samples/s and four times the workers 9.1, where 0.9 x 21.7 = 19.5 are wanted. It is the storage.
TEST(Verdict, ReadingAloneBelowTheDemandIsTheStorageWhateverTheWorkersDo) {
  Evidence e;
  e.au = 0.375;
  e.load_wait_share = 0.627;
  e.compute_share = 0.373;
  e.worker_busy_share = 0.73;
  e.requests_in_flight = 2.9;
  e.device_busy_share = 0.68;
  e.samples_per_second = 7.9;
  e.demand_samples_per_second = 21.7;
  e.more_workers = Counterfactual{"16 workers instead of 4", 9.1, 16, 10.3};
  const Verdict v = verdict_of(e);
  EXPECT_EQ(v.limit, Limit::kStorageBandwidth);
  EXPECT_NE(v.text.find("reading alone gives 10.3 samples/s of the 21.7 wanted"), std::string::npos)
      << v.text;
  e.more_workers->baseline = 25;  // reading alone is fast enough: it is not the storage's speed
  e.more_workers->samples_per_second = 26;
  EXPECT_NE(verdict_of(e).limit, Limit::kStorageBandwidth);
}

TEST(Verdict, TheFlagNamesTheWorkersOfTheRerun) {
  Evidence e = slow_job();
  e.more_workers = {"32 workers instead of 8", 1800, 32};
  EXPECT_THAT(verdict_of(e).text, HasSubstr("try --set loader.workers=32"));
}

TEST(Verdict, WarnsThatTheClientWouldBeTheNextLimit) {
  Evidence e = slow_job();
  e.null_ceiling = 800;  // 600 is 75 % of it: storage now; but the target needs 900
  e.device_busy_share = 1;
  const Verdict v = verdict_of(e);
  EXPECT_EQ(v.limit, Limit::kStorageBandwidth);
  EXPECT_THAT(v.advice, Contains(AllOf(HasSubstr("800 samples/s"), HasSubstr("needs 900"))));
}

TEST(Verdict, FailedSamplesAreEvidence) {
  Evidence e = slow_job();
  e.errors = 12;
  EXPECT_THAT(verdict_of(e).evidence, Contains("12 samples failed"));
  EXPECT_THAT(verdict_of(e).advice, Contains(HasSubstr("`errors`")));
}

// Files of 58 KiB read whole cannot be read in larger requests; only if requests are smaller than they are.
TEST(Verdict, OffersALargerTransferOnlyWhereRequestsAreCutSmaller) {
  Evidence e = slow_job();
  e.device_busy_share = 0.99;
  e.read_size = e.read_whole = 58_KiB;
  EXPECT_THAT(verdict_of(e).advice, Each(Not(HasSubstr("transfer_size"))));
  EXPECT_THAT(verdict_of(e).advice.front(), HasSubstr("pack samples"));
  e.transfer_size = 64_KiB;
  EXPECT_THAT(verdict_of(e).advice, Each(Not(HasSubstr("transfer_size"))));
  e.transfer_size = e.read_size = 4_KiB;
  EXPECT_THAT(verdict_of(e).advice.front(), HasSubstr("transfer_size"));
}

TEST(Verdict, ASearchDoesNotAdviseItself) {
  Evidence e = slow_job();
  e.device_busy_share = 0.99;  // storage bandwidth: --find-max is its flag
  EXPECT_THAT(verdict_of(e).text, HasSubstr("try --find-max"));
  e.searching = true;
  for (const double au : {0.6, 0.95}) {
    e.au = au;
    EXPECT_THAT(verdict_of(e).text, Not(HasSubstr("find-max")));
    EXPECT_THAT(verdict_of(e).advice, AllOf(Not(testing::IsEmpty()), Each(Not(HasSubstr("find-max")))));
  }
}

TEST(Verdict, ARunOnTheNullEngineSaysThatNothingWasRead) {
  Evidence e = slow_job();
  e.au = 0.95;
  EXPECT_THAT(verdict_of(e).text, Not(HasSubstr("nothing was read")));
  e.null_storage = true;
  EXPECT_THAT(verdict_of(e).text,
              AllOf(HasSubstr("nothing was read (null engine)"), Not(HasSubstr("meets the target"))));
  EXPECT_EQ(verdict_of(e).limit, Limit::kUnknown);
  e.au = 0.5;  // what then limits is the client's own, and still no storage's
  EXPECT_THAT(verdict_of(e).text, HasSubstr("nothing was read (null engine)"));
}

TEST(Verdict, ALackOfTheClientIsNoFaultOfSamples) {
  Evidence e = slow_job();
  e.ended_by_error = true;
  EXPECT_THAT(verdict_of(e).advice, Contains(HasSubstr("--on-error skip")));
  e.ended_by_client = true;
  EXPECT_THAT(verdict_of(e).text, HasSubstr("no sample is at fault"));
  EXPECT_THAT(verdict_of(e).advice,
              AllOf(Contains(HasSubstr("ulimit -n")), Each(Not(HasSubstr("--on-error")))));
}

// AU is 98 % of steps that took 17 % longer than asked: 84 % of the demand.
TEST(Verdict, StepsThatEndedLateAreFlagged) {
  Evidence e = slow_job();
  e.au = 0.98;
  e.compute_excess = 0.03;  // tolerated
  EXPECT_THAT(verdict_of(e).text, Not(HasSubstr("longer than asked")));
  e.compute_excess = 0.17;
  EXPECT_THAT(verdict_of(e).text, HasSubstr("emulated steps took 17.0 % longer than asked"));
  EXPECT_THAT(verdict_of(e).evidence, Contains("emulated steps: 17.0 % longer than asked"));
}

TEST(Verdict, WhatWasNotMeasuredIsNotClaimed) {
  const Verdict v = verdict_of(slow_job());
  EXPECT_THAT(v.evidence, Contains("storage device busy: not measured"));
  EXPECT_THAT(v.evidence, Not(Contains(HasSubstr("null storage"))));
}

}  // namespace
}  // namespace aforo
