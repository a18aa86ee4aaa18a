#include "report/look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

using testing::ElementsAre;

TEST(Look, WidthsCountColumns) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("█▓·"), 3u);
  EXPECT_EQ(display_width("é"), 1u);
  EXPECT_EQ(display_width("e\xcc\x81"), 1u);  // the same, with a combining accent
  EXPECT_EQ(display_width("画像"), 4u);
  EXPECT_EQ(display_width("\xff\xc3"), 2u);  // no UTF-8: one column each
}

TEST(Look, TextFromOutsideCannotMoveTheCursor) {
  EXPECT_EQ(printable("a\x1b[2Jb\rc\x7f"), "a?[2Jb?c?");
  EXPECT_EQ(printable("two\nlines\tand"), "two lines and");
  EXPECT_EQ(printable("caf\xc3\xa9 \xe9 \xc0\xaf \xed\xa0\x80 \xe2\x82"), "café ? ?? ??? ??");
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "gpj.exe"),
            "?gpj.exe");  // right-to-left override
}

TEST(Look, ShortenKeepsBothEnds) {
  EXPECT_EQ(shorten("/data/train", 20, true), "/data/train");
  EXPECT_EQ(shorten("/mnt/storage/datasets/imagenet/train", 21, true), "/mnt/stora…enet/train");
  EXPECT_EQ(shorten("/mnt/storage/datasets/imagenet/train", 21, false), "/mnt/stor...net/train");
  for (std::size_t columns = 3; columns < 12; ++columns) {
    EXPECT_LE(display_width(shorten("画像データセット", columns, true)), columns);
  }
}

TEST(Look, Padding) {
  EXPECT_EQ(pad_right("é", 3), "é  ");
  EXPECT_EQ(pad_left("é", 3), "  é");
  EXPECT_EQ(pad_left("long", 3), "long");
}

TEST(Look, WrapBreaksAtSpacesOnly) {
  EXPECT_THAT(wrap("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("one unbreakable two", 5), ElementsAre("one", "unbreakable", "two"));
  EXPECT_THAT(wrap("target 90.0 % met", 11), ElementsAre("target", "90.0 % met"));
  EXPECT_THAT(wrap("", 5), ElementsAre(""));
}

TEST(Look, ColourOnlyWhereItIsWanted) {
  EXPECT_EQ(paint("x", Tone::kBad, Look{80, true, true}), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(paint("x", Tone::kBad, Look{80, false, true}), "x");
  EXPECT_EQ(paint("x", Tone::kPlain, Look{80, true, true}), "x");
}

}  // namespace
}  // namespace aforo
