#include "report/live.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

LiveStatus training() {
  LiveStatus s;
  s.phase = "training";
  s.done = 0.42;
  s.au = 0.931;
  s.rate = BytesPerSecond{1.5 * (1 << 30)};
  s.samples = PerSecond{1786};
  s.elapsed = 12_s;
  s.eta = 17_s;
  s.epoch = 1;
  s.epochs = 3;
  s.step = 120;
  s.steps = 500;
  return s;
}

TEST(Live, TheWholeLine) {
  EXPECT_EQ(
      live_line(training(), Look{120, false, true}),
      "training  ███████░░░░░░░░░   42 %  AU  93.1 %  1.50 GiB/s  1,786 samples/s  epoch 1/3 step 120/500  "
      "0:12, 0:17 left");
}

TEST(Live, WhatMattersLeastGoesFirst) {
  EXPECT_EQ(live_line(training(), Look{80, false, true}),
            "training  ███████░░░░░░░░░   42 %  AU  93.1 %  1.50 GiB/s  0:12, 0:17 left");
  EXPECT_EQ(live_line(training(), Look{40, false, false}), " 42 %  AU  93.1 %  1.50 GiB/s");
  EXPECT_EQ(live_line(training(), Look{5, false, false}), " 42 %");
}

TEST(Live, NeverWiderThanTheTerminal) {
  for (std::size_t width = 5; width < 140; ++width) {
    EXPECT_LE(display_width(live_line(training(), Look{width, false, true})), width);
  }
}

TEST(Live, WhatIsUnknownIsNotShown) {
  LiveStatus s;
  s.done = 0.5;
  EXPECT_EQ(live_line(s, Look{80, false, false}), "########........   50 %  0:00");
}

TEST(Live, ASearchDoesNotKnowHowFarItIs) {
  LiveStatus s;
  s.phase = "searching, 3 tried";
  s.au = 0.5;
  s.elapsed = 9_s;
  EXPECT_EQ(live_line(s, Look{80, false, false}), "searching, 3 tried  AU  50.0 %  0:09");
}

TEST(Live, TheShareDoneNeverSaysHundredTooEarly) {
  LiveStatus s;
  s.done = 0.999;
  EXPECT_THAT(live_line(s, Look{80, false, false}), testing::HasSubstr(" 99 %"));
  s.done = 1.7;
  EXPECT_THAT(live_line(s, Look{80, false, false}), testing::HasSubstr("100 %"));
}

TEST(Live, Clock) {
  EXPECT_EQ(clock_text(Seconds{0}), "0:00");
  EXPECT_EQ(clock_text(Seconds{59.6}), "1:00");
  EXPECT_EQ(clock_text(Seconds{754}), "12:34");
  EXPECT_EQ(clock_text(Seconds{3723}), "1:02:03");
  EXPECT_EQ(clock_text(Seconds{-5}), "0:00");
}

// 25 % in 10 s leaves 30 s; before 2 % or 1 s there is nothing to go by.
TEST(Live, Remaining) {
  EXPECT_DOUBLE_EQ(remaining(0.25, 10_s).value().value, 30);
  EXPECT_DOUBLE_EQ(remaining(1, 10_s).value().value, 0);
  EXPECT_FALSE(remaining(0.01, 10_s));
  EXPECT_FALSE(remaining(0.5, Seconds{0.5}));
}

}  // namespace
}  // namespace aforo
