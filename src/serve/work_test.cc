#include "serve/work.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <latch>
#include <new>
#include <thread>

#include "base/error.h"
#include "serve/exchange.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

// All that is said until the end.
std::string all_of(EventStream& stream) {
  std::string out;
  while (!stream.done()) {
    out += stream.take();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return out;
}

void wait_until_stopped(WorkPiece& piece) {
  while (!piece.stop().stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  throw Interrupted();
}

TEST(Work, SaysWhatTheTaskSays) {
  Work work;
  const auto said = work.begin("", [](WorkPiece& piece) {
    piece.said().send("early", 1);
    piece.take_longer();
    piece.said().send("answer", 2);
  });
  EXPECT_EQ(all_of(*said), "event: early\ndata: 1\n\nevent: answer\ndata: 2\n\n");
}

TEST(Work, FailuresAreSaid) {
  Work work;
  EXPECT_THAT(all_of(*work.begin("", [](WorkPiece&) { throw UserError("expected x"); })),
              HasSubstr("event: failed\ndata: {\"message\":\"expected x\"}"));
  EXPECT_THAT(all_of(*work.begin("", [](WorkPiece&) { throw std::bad_alloc(); })),
              HasSubstr("enough memory"));
  EXPECT_THAT(all_of(*work.begin("", [](WorkPiece&) { throw std::logic_error("x"); })),
              HasSubstr("a defect"));
}

TEST(Work, AbandonedWorkEnds) {
  Work work;
  const auto said = work.begin("", wait_until_stopped);
  while (work.counts().running == 0) std::this_thread::yield();
  said->abandon();
  while (work.counts().running + work.counts().waiting != 0) std::this_thread::yield();
}

TEST(Work, ANewerOneOfAPageEndsItsOlder) {
  Work work;
  const auto older = work.begin("page", wait_until_stopped);
  const auto other = work.begin("other page", wait_until_stopped);
  const auto newer = work.begin("page", [](WorkPiece& piece) { piece.said().send("answer", 1); });
  EXPECT_THAT(all_of(*older), HasSubstr("this page has asked for something else"));
  EXPECT_THAT(all_of(*newer), HasSubstr("answer"));
  EXPECT_FALSE(other->done());
  other->abandon();
}

TEST(Work, WhatTakesTooLongEnds) {
  Work work;
  const auto said = work.begin("", [](WorkPiece& piece) {
    piece.worked_for(Work::kLongest);
    wait_until_stopped(piece);
  });
  EXPECT_THAT(all_of(*said), HasSubstr("expected an answer within 3 min"));
}

// Two simulate, and whoever asks meanwhile hears what is known at once.
TEST(Work, WhatTakesLongerHoldsUpNobody) {
  Work work;
  std::latch simulating(Work::kSimulations);
  std::latch enough(1);
  std::vector<std::shared_ptr<EventStream>> busy;
  for (std::size_t i = 0; i < Work::kSimulations; ++i)
    busy.push_back(work.begin("", [&](WorkPiece& piece) {
      piece.take_longer();
      simulating.count_down();
      enough.wait();
    }));
  simulating.wait();
  const auto third = work.begin("", [](WorkPiece& piece) {
    piece.said().send("early", 1);
    piece.take_longer();
    piece.said().send("answer", 2);
  });
  std::string heard;
  while (heard.empty()) heard = third->take();
  EXPECT_THAT(heard, HasSubstr("early"));
  while (work.counts().waiting != 1) std::this_thread::yield();
  enough.count_down();
  EXPECT_THAT(all_of(*third), HasSubstr("answer"));
}

TEST(Work, StopEndsAllThatWorkAndWait) {
  Work work;
  std::vector<std::shared_ptr<EventStream>> all;
  for (int i = 0; i < 20; ++i)
    all.push_back(work.begin("", [](WorkPiece& piece) {
      piece.take_longer();
      wait_until_stopped(piece);
    }));
  work.stop();
  for (const auto& one : all) EXPECT_THAT(all_of(*one), HasSubstr("ended before there was an answer"));
  EXPECT_THROW(work.begin("", wait_until_stopped), UserError);
}

}  // namespace
}  // namespace aforo
