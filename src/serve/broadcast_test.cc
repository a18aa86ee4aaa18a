#include "serve/broadcast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

TEST(EventStream, SaysInOrderAndEnds) {
  EventStream stream;
  int woken = 0;
  stream.on_change([&] { ++woken; });
  stream.send("early", {{"n", 1}});
  stream.send("answer", {{"n", 2}});
  stream.end();
  EXPECT_EQ(woken, 3);
  EXPECT_FALSE(stream.done());
  EXPECT_EQ(stream.take(), "event: early\ndata: {\"n\":1}\n\nevent: answer\ndata: {\"n\":2}\n\n");
  EXPECT_TRUE(stream.done());
  stream.send("late", {});
  EXPECT_EQ(stream.take(), "");
}

// Text cannot end a line of the stream and begin an event of its own.
TEST(EventStream, DataStaysData) {
  EventStream stream;
  stream.send("answer", {{"text", "a\n\nevent: forged\ndata: b\r\xff"}});
  EXPECT_EQ(stream.take(),
            "event: answer\ndata: {\"text\":\"a\\n\\nevent: forged\\ndata: b\\r\xEF\xBF\xBD\"}\n\n");
}

TEST(EventStream, OldProgressFallsAway) {
  EventStream stream;
  stream.send_progress("progress", 1);
  stream.send_progress("progress", 2);
  EXPECT_EQ(stream.take(), "event: progress\ndata: 2\n\n");
  stream.send_progress("progress", 3);
  stream.send("answer", 4);
  EXPECT_EQ(stream.take(), "event: answer\ndata: 4\n\n");
}

TEST(EventStream, WhoGoesAwayStopsTheWork) {
  EventStream stream;
  const std::stop_token stop = stream.abandoned();
  EXPECT_FALSE(stop.stop_requested());
  stream.send("early", 1);
  stream.abandon();
  EXPECT_TRUE(stop.stop_requested());
  EXPECT_TRUE(stream.done());
}

TEST(Broadcast, EveryoneHearsTheLatest) {
  Broadcast run;
  const auto first = run.listen();
  run.status(1);
  run.status(2);
  const auto second = run.listen();
  EXPECT_EQ(first->take(), "event: status\ndata: 2\n\n");
  EXPECT_EQ(second->take(), "event: status\ndata: 2\n\n");
  second->abandon();
  run.answer(3);
  EXPECT_EQ(first->take(), "event: answer\ndata: 3\n\n");
  EXPECT_TRUE(first->done());
  EXPECT_EQ(second->take(), "");
  EXPECT_EQ(run.listen()->take(), "event: answer\ndata: 3\n\n");
}

}  // namespace
}  // namespace aforo
