// What every World is held to (pipeline/world.h), whatever carries it out: the test world, the simulated one
// and the real one pass the same tests.
//
// To hold a new World to it, write a harness H, then
//   INSTANTIATE_TYPED_TEST_SUITE_P(MyWorld, WorldContract, H);
// H is made anew for every test. Its storage holds kContractFiles files of kContractBytes each, f0, f1 ...;
// it has
//   using World = ...
//   World& world()
//   const Layout& layout()         // of those files, one sample each; file kMissingFile does not exist
//   void run(Task<> task)          // to its end, on home; fails the test if it never comes
//   static constexpr bool kFails   // what is missing cannot be opened (on paper nothing is missing)
//   static constexpr bool kWrites  // it knows what writing does; otherwise create says kOutcomeUnknown
// Worlds of which several can meet have a second harness, for MeetingContract: two hosts of one job,
//   World& world(host); void run(Task<> on_host_0, Task<> on_host_1).
#pragma once

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "pipeline/test_world.h"
#include "pipeline/training_job.h"

namespace aforo {

inline constexpr std::uint64_t kContractFiles = 16;
inline constexpr std::uint64_t kContractBytes = 5000;
inline constexpr FileId kMissingFile = kContractFiles;
// Byte i of every file, where there are bytes.
inline std::byte contract_byte(std::uint64_t i) { return static_cast<std::byte>((i * 2654435761u) >> 13); }

template <class H>
class WorldContract : public testing::Test {
 protected:
  H harness_;
};
TYPED_TEST_SUITE_P(WorldContract);

TYPED_TEST_P(WorldContract, TimeNeverGoesBackAndSleepersWakeInOrderOfTheirTime) {
  auto& world = this->harness_.world();
  std::string log;
  const auto sleeper = [&](Seconds until, char name) -> Task<> {
    co_await world.sleep_until(until);
    EXPECT_GE(world.now(), until);
    log += name;
  };
  this->harness_.run([](auto& w, auto& make, std::string& out) -> Task<> {
    const Seconds begin = w.now();
    spawn(make(begin + Seconds{6e-3}, 'c'));
    spawn(make(begin + Seconds{2e-3}, 'a'));
    spawn(make(begin + Seconds{4e-3}, 'b'));
    spawn(make(begin, '0'));  // past already: suspends nevertheless
    EXPECT_EQ(out, "");
    co_await w.sleep_until(begin + Seconds{8e-3});
  }(world, sleeper, log));
  EXPECT_EQ(log, "0abc");
}

// Who sleeps is due at once, and so is who falls asleep later.
TYPED_TEST_P(WorldContract, CancelledSleepsAreDueNowAndFromNowOn) {
  auto& world = this->harness_.world();
  Seconds deadline{0}, woke{1e300}, woke_again{1e300};
  const auto sleeper = [&]() -> Task<> {
    co_await world.sleep_until(deadline);
    woke = world.now();
    co_await world.sleep_until(deadline);
    woke_again = world.now();
  };
  this->harness_.run([](auto& w, auto& make, Seconds& until) -> Task<> {
    until = w.now() + Seconds{20};
    spawn(make());
    w.cancel_sleeps();
    co_await w.sleep_until(until);
    co_await w.sleep_until(until);
    co_await w.sleep_until(until);
  }(world, sleeper, deadline));
  EXPECT_LT(woke, deadline);
  EXPECT_LT(woke_again, deadline);
}

// What is home's needs no lock: 8 coroutines go to a lane and come home 50 times each, and count there.
TYPED_TEST_P(WorldContract, CoroutinesGoToLanesAndComeHome) {
  auto& world = this->harness_.world();
  std::uint64_t at_home = 0;
  WaitGroup all;
  const auto traveller = [&](std::uint64_t n) -> Task<> {
    const LaneId lane = world.lane_of(0, n);
    EXPECT_LT(lane, world.lanes());
    for (int i = 0; i < 50; ++i) {
      co_await world.enter_lane(lane);
      co_await world.go_home();
      ++at_home;
    }
  };
  this->harness_.run([](auto& make, WaitGroup& group) -> Task<> {
    group.add(8);
    for (std::uint64_t n = 0; n < 8; ++n) spawn(make(n), [&group] { group.done(); });
    co_await group.wait();
  }(traveller, all));
  EXPECT_EQ(at_home, 8u * 50);
}

namespace world_contract {

template <class Read>
void expect_bytes(const Read& read, std::uint64_t offset, std::uint64_t length) {
  EXPECT_EQ(read.error(), 0);
  EXPECT_EQ(read.bytes(), length);
  if (read.data().empty()) return;
  ASSERT_EQ(read.data().size(), length);
  for (std::uint64_t i = 0; i < length; ++i) ASSERT_EQ(read.data()[i], contract_byte(offset + i)) << i;
}

template <class W>
Task<> read_all_ways(W& world) {
  const LaneId lane = world.lane_of(0, 0);
  co_await world.enter_lane(lane);
  {
    const auto whole = co_await world.read_file(lane, 0, kContractBytes);
    expect_bytes(whole, 0, kContractBytes);
    const auto to_end = co_await world.read_file(lane, 1, 0);
    expect_bytes(to_end, 0, kContractBytes);
    const auto range = co_await world.read_at(lane, 2, 1234, 777);
    expect_bytes(range, 1234, 777);
    auto file = co_await world.open(lane, 3);
    EXPECT_EQ(file.error(), 0);
    const auto part = co_await world.read(lane, file, 4096, kContractBytes - 4096);
    expect_bytes(part, 4096, kContractBytes - 4096);
    co_await world.close(lane, file);
    auto memory = world.new_batch(lane, kContractBytes);
    EXPECT_FALSE(memory.failed());
    memory.append(whole.data());
  }
  co_await world.go_home();
}

template <class W>
Task<> read_what_is_missing(W& world) {
  const LaneId lane = world.lane_of(0, 0);
  co_await world.enter_lane(lane);
  {
    const auto whole = co_await world.read_file(lane, kMissingFile, kContractBytes);
    EXPECT_EQ(whole.error(), ENOENT);
    EXPECT_EQ(whole.bytes(), 0u);
    const auto range = co_await world.read_at(lane, kMissingFile, 0, 100);
    EXPECT_EQ(range.error(), ENOENT);
    const auto file = co_await world.open(lane, kMissingFile);
    EXPECT_EQ(file.error(), ENOENT);
    const auto after = co_await world.read_file(lane, 0, kContractBytes);  // no harm done
    expect_bytes(after, 0, kContractBytes);
  }
  co_await world.go_home();
}

// Of the contract's job: 10,000 bytes on 2 ranks.
inline CheckpointShape checkpointing_shape() { return CheckpointShape::even(Bytes{10'000}, 2); }

// File 7 is that of rank 1 in checkpoint 3.
template <class W>
Task<> write_a_file(W& world, bool writes) {
  const LaneId lane = world.writer_lane(0);
  co_await world.enter_lane(lane);
  {
    const auto made = co_await world.make_directory(lane, CheckpointLayout::writing_directory(3));
    EXPECT_EQ(made.error(), writes ? 0 : kOutcomeUnknown);
    auto file = co_await world.create(lane, 7);
    EXPECT_EQ(file.error(), writes ? 0 : kOutcomeUnknown);
    if (writes) {
      for (const std::uint64_t offset : {0u, 4096u}) {
        const auto written = co_await world.write(lane, file, offset, 4096);
        EXPECT_EQ(written.error(), 0);
        EXPECT_EQ(written.bytes(), 4096u);
      }
      const auto synced = co_await world.sync(lane, file);
      EXPECT_EQ(synced.error(), 0);
      co_await world.close(lane, file);
      const auto again = co_await world.create(lane, 7);
      EXPECT_EQ(again.error(), EEXIST) << "what is there is never written over";
    }
    if (writes) {
      auto proof = co_await world.create(lane, CheckpointLayout::new_manifest(3));
      EXPECT_EQ(proof.error(), 0);
      const auto written = co_await world.write_text(lane, proof, "whole");
      EXPECT_EQ(written.error(), 0);
      EXPECT_EQ(written.bytes(), 5u);
      co_await world.close(lane, proof);
    }
    // Names: each of these in turn, as a checkpoint is committed and taken away.
    const FileId writing = CheckpointLayout::writing_directory(3), whole = CheckpointLayout::directory(3);
    const auto proved =
        co_await world.rename(lane, CheckpointLayout::new_manifest(3), CheckpointLayout::manifest(3));
    const auto renamed = co_await world.rename(lane, writing, whole);
    const auto lasts = co_await world.sync_name(lane, whole);
    const auto removed = co_await world.remove(lane, CheckpointLayout::whole(7));
    const auto other = co_await world.remove(lane, CheckpointLayout::whole(CheckpointLayout::manifest(3)));
    const auto gone = co_await world.remove_directory(lane, whole);
    for (const auto& answer : {proved, renamed, lasts, removed, other, gone})
      EXPECT_EQ(answer.error(), writes ? 0 : kOutcomeUnknown);
  }
  co_await world.go_home();
}

// 2 ranks, 4 steps of 1 ms, a checkpoint of 10,000 bytes after every second step, in chunks of 3,000.
inline JobPlan checkpointing_plan(const Layout& layout, bool asynchronous) {
  JobPlan plan;
  plan.layout = &layout;
  plan.loader.workers = 1;
  plan.loader.batch_size = 2;
  plan.step_time.mean = 1e-3;
  plan.ranks = 2;
  plan.steps = 4;
  plan.checkpoint.every_steps = 2;
  plan.checkpoint.shape = checkpointing_shape();
  plan.checkpoint.chunk = Bytes{3000};
  plan.checkpoint.asynchronous = asynchronous;
  return plan;
}

}  // namespace world_contract

TYPED_TEST_P(WorldContract, ReadsFilesAndRanges) {
  this->harness_.run(world_contract::read_all_ways(this->harness_.world()));
}

TYPED_TEST_P(WorldContract, WhatCannotBeReadIsData) {
  if (!TypeParam::kFails) GTEST_SKIP() << "reads never fail there";
  this->harness_.run(world_contract::read_what_is_missing(this->harness_.world()));
}

// 16 coroutines with a file each: every read ends once, none is lost.
TYPED_TEST_P(WorldContract, ReadsSideBySide) {
  auto& world = this->harness_.world();
  std::vector<int> ended(kContractFiles, 0);
  WaitGroup all;
  const auto reader = [&](FileId file) -> Task<> {
    const LaneId lane = world.lane_of(0, file);
    co_await world.enter_lane(lane);
    {
      const auto read = co_await world.read_file(lane, file, kContractBytes);
      world_contract::expect_bytes(read, 0, kContractBytes);
    }
    co_await world.go_home();
    ++ended[file];
  };
  this->harness_.run([](auto& make, WaitGroup& group) -> Task<> {
    group.add(kContractFiles);
    for (FileId file = 0; file < kContractFiles; ++file) spawn(make(file), [&group] { group.done(); });
    co_await group.wait();
  }(reader, all));
  EXPECT_EQ(ended, std::vector<int>(kContractFiles, 1));
}

TYPED_TEST_P(WorldContract, CpuWorkTakesItsTime) {
  auto& world = this->harness_.world();
  this->harness_.run([](auto& w) -> Task<> {
    const LaneId lane = w.lane_of(0, 0);
    co_await w.enter_lane(lane);
    const Seconds begin = w.now();
    co_await w.use_cpu(lane, Seconds{2e-3});
    EXPECT_GE((w.now() - begin).value, 2e-3 * (1 - 1e-9));
    co_await w.go_home();
  }(world));
}

TYPED_TEST_P(WorldContract, CreatesWritesAndSyncs) {
  this->harness_.run(world_contract::write_a_file(this->harness_.world(), TypeParam::kWrites));
}

// Alone, a host hears what it said, before and after it has left.
TYPED_TEST_P(WorldContract, AHostAloneAgreesWithItself) {
  auto& world = this->harness_.world();
  this->harness_.run([](auto& w) -> Task<> {
    EXPECT_EQ(w.host(), 0u);
    for (const Ending ending : {Ending::kNone, Ending::kAsked, Ending::kFailed}) {
      const Vote heard = co_await w.meet(Vote{ending, 0});
      EXPECT_EQ(heard, (Vote{ending, 0}));
    }
    w.leave({Ending::kInterrupted, 0});
    const Vote heard = co_await w.meet(Vote{});
    EXPECT_EQ(heard, Vote{});
  }(world));
}

// Two checkpoints of two files each, every byte once; where a World does not know writing, four files are
// unknown and training goes on at once.
TYPED_TEST_P(WorldContract, CarriesOutAJobWithCheckpoints) {
  using W = typename TypeParam::World;
  for (const bool asynchronous : {false, true}) {
    TypeParam fresh;
    JobObserver nobody;
    JobResult result;
    TrainingJob<W> job(fresh.world(), world_contract::checkpointing_plan(fresh.layout(), asynchronous),
                       nobody);
    fresh.run([](TrainingJob<W>& j, JobResult& out) -> Task<> { out = co_await j.run(); }(job, result));
    ASSERT_EQ(result.epochs.size(), 1u);
    EXPECT_EQ(result.epochs[0][1].steps, 4u);
    EXPECT_FALSE(result.stopped);
    const CheckpointStats& written = result.checkpoints;
    EXPECT_EQ(written.files(), 4u);
    EXPECT_EQ(written.whole, TypeParam::kWrites ? 4u : 0u) << "error " << written.first_error;
    EXPECT_EQ(written.unknown, TypeParam::kWrites ? 0u : 4u);
    EXPECT_EQ(written.bytes, TypeParam::kWrites ? 20'000u : 0u);
    EXPECT_EQ(written.committed, TypeParam::kWrites ? 2u : 0u);
  }
}

REGISTER_TYPED_TEST_SUITE_P(WorldContract, TimeNeverGoesBackAndSleepersWakeInOrderOfTheirTime,
                            CancelledSleepsAreDueNowAndFromNowOn, CoroutinesGoToLanesAndComeHome,
                            ReadsFilesAndRanges, WhatCannotBeReadIsData, ReadsSideBySide, CpuWorkTakesItsTime,
                            CreatesWritesAndSyncs, AHostAloneAgreesWithItself, CarriesOutAJobWithCheckpoints);

template <class H>
class MeetingContract : public testing::Test {
 protected:
  H harness_;
};
TYPED_TEST_SUITE_P(MeetingContract);

namespace world_contract {

// Meets three times with these votes; writes down what was heard.
template <class W>
Task<> meet_each(W& world, std::vector<Vote> votes, std::vector<Vote>& heard) {
  for (const Vote& vote : votes) {
    const Vote outcome = co_await world.meet(vote);
    heard.push_back(outcome);
  }
}

// Meets once, then leaves and meets no more.
template <class W>
Task<> meet_and_leave(W& world, Vote last, Vote& heard) {
  heard = co_await world.meet(Vote{Ending::kNone, world.host()});
  world.leave(last);
}

// Waits at a meeting to which the other never comes, until it leaves by itself.
template <class W>
Task<> leave_while_waiting(W& world, Vote last, Vote& heard) {
  spawn([](W& w, Vote word) -> Task<> {
    co_await w.sleep_until(w.now() + Seconds{5e-3});
    w.leave(word);
  }(world, last));
  heard = co_await world.meet(Vote{Ending::kNone, world.host()});
}

template <class W>
Task<> sleep_a_while(W& world) {
  co_await world.sleep_until(world.now() + Seconds{20e-3});
}

}  // namespace world_contract

TYPED_TEST_P(MeetingContract, AllHearTheSameAtEveryMeeting) {
  auto& h = this->harness_;
  EXPECT_EQ(h.world(0).host(), 0u);
  EXPECT_EQ(h.world(1).host(), 1u);
  std::vector<Vote> heard[2];
  h.run(world_contract::meet_each(h.world(0), {{}, {Ending::kAsked, 0}, {Ending::kAsked, 0}}, heard[0]),
        world_contract::meet_each(h.world(1), {{Ending::kNone, 1}, {Ending::kNone, 1}, {Ending::kFailed, 1}},
                                  heard[1]));
  const std::vector<Vote> expected = {{}, {Ending::kAsked, 0}, {Ending::kFailed, 1}};
  EXPECT_EQ(heard[0], expected);
  EXPECT_EQ(heard[1], expected);
}

// Host 1 leaves after the first meeting: its last word stands at the second and third, for which nobody
// waits.
TYPED_TEST_P(MeetingContract, WhoLeavesHasALastWord) {
  auto& h = this->harness_;
  std::vector<Vote> heard;
  Vote heard_by_1;
  h.run(world_contract::meet_each(h.world(0), {{}, {}, {Ending::kAsked, 0}}, heard),
        world_contract::meet_and_leave(h.world(1), {Ending::kInterrupted, 1}, heard_by_1));
  EXPECT_EQ(heard, (std::vector<Vote>{{}, {Ending::kInterrupted, 1}, {Ending::kInterrupted, 1}}));
  EXPECT_EQ(heard_by_1, Vote{});
}

TYPED_TEST_P(MeetingContract, WhoLeavesIsLetGo) {
  auto& h = this->harness_;
  Vote heard;
  h.run(world_contract::leave_while_waiting(h.world(0), {Ending::kFailed, 0}, heard),
        world_contract::sleep_a_while(h.world(1)));
  EXPECT_EQ(heard, (Vote{Ending::kFailed, 0}));
}

REGISTER_TYPED_TEST_SUITE_P(MeetingContract, AllHearTheSameAtEveryMeeting, WhoLeavesHasALastWord,
                            WhoLeavesIsLetGo);

}  // namespace aforo
