// The full screen as rows of text, without a terminal.
#include "report/live_screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "report/bar.h"
#include "report/look.h"

namespace aforo {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

LiveScreen running() {
  LiveScreen s;
  s.line.phase = "training";
  s.line.done = 0.42;
  s.line.au = 0.909;
  s.line.samples = PerSecond{8718};
  s.line.elapsed = Seconds{72};
  s.line.epoch = 2;
  s.line.epochs = 5;
  s.line.step = 120;
  s.line.steps = 640;
  s.workload = "resnet50_h100";
  s.place = "/mnt/nvme/imagenet";
  s.engine = "io_uring";
  s.accelerators = 8;
  s.au_target = 0.9;
  s.au_now = 0.612;
  s.au_history = {0, 0.5, std::numeric_limits<double>::quiet_NaN(), 1};
  s.read = BytesPerSecond{1e9};
  s.from_storage = BytesPerSecond{0.9e9};
  s.read_p50 = Seconds{0.0019};
  s.read_p99 = Seconds{0.0081};
  s.in_flight = 63;
  for (int i = 0; i < 8; ++i) s.ranks.push_back({std::to_string(i), 0.6, 0.3, 0.1, 0});
  return s;
}

std::string text_of(const LiveRow& row) {
  std::string out;
  for (const LiveSpan& span : row) out += span.text;
  return out;
}

std::string shown(const LiveScreen& screen, const LiveFrame& frame) {
  std::string out;
  for (const LiveRow& row : live_screen(screen, frame)) out += text_of(row) + "\n";
  return out;
}

TEST(LiveScreen, SaysHowARunGoes) {
  const std::string page = shown(running(), {24, 80});
  EXPECT_THAT(page, StartsWith("aforo run resnet50_h100 on /mnt/nvme/imagenet, 8 accelerators, io_uring\n"));
  for (const char* const words :
       {"training", " 42 %", "epoch 2/5", "1:12", "AU           61.2 % now   90.9 % so far   target 90.0 %",
        "▁▅ █  0:04", "8,718 samples/s   954 MiB/s read   858 MiB/s from storage",
        "p50 1.9 ms   p99 8.1 ms   63 in flight", "7             60.0 %   30.0 %      10.0 %", "q end"})
    EXPECT_THAT(page, HasSubstr(words)) << page;
  EXPECT_THAT(page, Not(HasSubstr("failed")));
  EXPECT_THAT(page, Not(HasSubstr(" of 8"))) << "all ranks are there";
}

TEST(LiveScreen, AUHasTheToneOfItsTarget) {
  const auto tones = [](const LiveScreen& screen) {
    for (const LiveRow& row : live_screen(screen, {24, 80}))
      if (text_of(row).starts_with("AU ")) return std::pair(row[1].tone, row[3].tone);
    return std::pair(Tone::kPlain, Tone::kPlain);
  };
  LiveScreen screen = running();
  EXPECT_EQ(tones(screen), std::pair(Tone::kBad, Tone::kGood));
  screen.au_now.reset();
  EXPECT_EQ(tones(screen), std::pair(Tone::kPlain, Tone::kGood));
}

// Whatever the size, and whatever the names: the rows fit.
TEST(LiveScreen, FitsAnyScreen) {
  LiveScreen screen = running();
  screen.failed = 123456789;
  screen.note = std::string(300, 'n') + "\x1b[2J";
  screen.workload = std::string(300, 'w') + "\n";
  screen.place = "/" + std::string(300, 'p') + "日本語";
  for (int i = 0; i < 56; ++i)
    screen.ranks.push_back({std::to_string(1000 * i) + "-99999999", 0.2, 0.3, 0.4, 0.1});
  for (const bool unicode : {true, false})
    for (const bool help : {true, false})
      for (std::size_t rows = 1; rows < 60; ++rows)
        for (const std::size_t columns : {20, 39, 40, 60, 79, 80, 81, 100, 200}) {
          const LiveFrame frame{rows, columns, 30, help, unicode};
          const auto drawn = live_screen(screen, frame);
          ASSERT_LE(drawn.size(), rows);
          for (const LiveRow& row : drawn) {
            const std::string text = text_of(row);
            ASSERT_LE(display_width(text), columns) << rows << " x " << columns << ": " << text;
            for (const char c : text)
              ASSERT_TRUE(unicode ? c != '\x1b' && c != '\n' : c >= ' ' && c <= '~') << text;
          }
          ASSERT_FALSE(drawn.empty());
        }
}

TEST(LiveScreen, ASmallOneIsTheLine) {
  EXPECT_THAT(shown(running(), {3, 80}), StartsWith("training"));
  EXPECT_EQ(live_screen(running(), {3, 80}).size(), 1U);
  const std::string fifteen = shown(running(), {15, 60});
  EXPECT_THAT(fifteen, StartsWith("aforo run resnet50_h100"));
  EXPECT_THAT(fifteen, HasSubstr("ranks "));
}

TEST(LiveScreen, RanksScrollToTheLastAndNoFurther) {
  LiveScreen screen = running();
  screen.ranks.clear();
  for (int i = 0; i < 64; ++i) screen.ranks.push_back({"rank" + std::to_string(i), 1, 0, 0, 0});
  LiveFrame frame{24, 80};
  EXPECT_THAT(shown(screen, frame), HasSubstr("1-14 of 64"));
  frame.first = last_first(screen, frame);
  EXPECT_EQ(frame.first, 50U);
  EXPECT_THAT(shown(screen, frame), HasSubstr("rank63"));
  EXPECT_THAT(shown(screen, frame), HasSubstr("51-64 of 64"));
  frame.first = 1000;
  EXPECT_THAT(shown(screen, frame), HasSubstr("51-64 of 64"));
  EXPECT_EQ(last_first(running(), frame), 0U);
}

TEST(LiveScreen, HelpEndingAndNotesTakeTheirPlace) {
  LiveScreen screen = running();
  EXPECT_THAT(shown(screen, {.rows = 24, .columns = 80, .help = true}), HasSubstr("q: end the run"));
  screen.note = "storage no longer is as it was probed";
  EXPECT_THAT(shown(screen, {24, 80}), HasSubstr("\nstorage no longer is as it was probed\nq end"));
  screen.ending = true;
  EXPECT_THAT(shown(screen, {24, 80}), HasSubstr("\nending: what was measured is kept"));
  screen.failed = 2;
  EXPECT_THAT(shown(screen, {24, 80}), HasSubstr("2 failed"));
}

// Before the first step has ended.
TEST(LiveScreen, WhatIsUnknownIsADash) {
  LiveScreen screen;
  screen.line.phase = "opening";
  screen.ranks = {{"0", 0, 0, 0, 0}};
  const std::string page = shown(screen, {24, 80});
  EXPECT_THAT(page, HasSubstr("AU                - now        - so far\n"));
  EXPECT_THAT(page, HasSubstr("p50 -   p99 -   0 in flight"));
  EXPECT_THAT(page, HasSubstr("\n0                  -        -           -          -"));
}

TEST(Sparkline, AColumnForEachOrForSeveral) {
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(draw_sparkline({0, 0.5, 1, 2, -1, unknown}, 10, true), "▁▅██▁ ");
  EXPECT_EQ(draw_sparkline({0, 0, 1, 1, 0.5, unknown}, 3, false), "_#=");
  EXPECT_EQ(draw_sparkline({}, 10, true), "");
  EXPECT_EQ(draw_sparkline({1}, 0, true), "");
}

}  // namespace
}  // namespace aforo
