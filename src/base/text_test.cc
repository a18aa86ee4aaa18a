#include "base/text.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

const std::vector<std::string> kKeys = {"workers", "batch_size", "prefetch", "shuffle", "read"};

TEST(Nearest, FindsTheMistypedWord) {
  EXPECT_EQ(nearest("worker", kKeys), "workers");         // one letter missing
  EXPECT_EQ(nearest("bacth_size", kKeys), "batch_size");  // two letters swapped
  EXPECT_EQ(nearest("BatchSize", kKeys), "batch_size");   // one inserted, case does not count
  EXPECT_EQ(nearest("workers", kKeys), "workers");
}

TEST(Nearest, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest("temperature", kKeys), "");
  EXPECT_EQ(nearest("", kKeys), "");
  EXPECT_EQ(nearest("xy", std::vector<std::string>{"ab"}), "");  // distance 2 of 2: nothing in common
  EXPECT_EQ(nearest(std::string(1 << 20, 'a'), kKeys), "");
}

TEST(Nearest, CountsASwapAsOneEdit) {
  // Two edits are allowed for a short word: "erda" is two swaps away, "adre" more.
  EXPECT_EQ(nearest("erda", kKeys), "read");
  EXPECT_EQ(nearest("adre", std::vector<std::string>{"read"}), "");
  EXPECT_EQ(nearest("xxad", std::vector<std::string>{"read"}), "read");
  EXPECT_EQ(nearest("xxxd", std::vector<std::string>{"read"}), "");
}

TEST(DidYouMean, IsReadyToAppend) {
  EXPECT_EQ(did_you_mean("worker", kKeys), "; did you mean 'workers'?");
  EXPECT_EQ(did_you_mean("temperature", kKeys), "");
}

TEST(Text, TrimsSplitsAndJoins) {
  EXPECT_EQ(trim(" \ta b\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(split("a.b..c", '.'), (std::vector<std::string>{"a", "b", "", "c"}));
  EXPECT_EQ(split("", '.'), (std::vector<std::string>{""}));
  EXPECT_EQ(join(std::vector<std::string>{"a", "b"}, ", "), "a, b");
  EXPECT_EQ(join(std::vector<std::string>{}, ", "), "");
  EXPECT_EQ(one_of(std::vector<std::string>{}), "");
  EXPECT_EQ(one_of(std::vector<std::string>{"a"}), "a");
  EXPECT_EQ(one_of(std::vector<std::string>{"a", "b"}), "a or b");
  EXPECT_EQ(one_of(std::vector<std::string>{"a", "b", "c"}), "a, b or c");
  EXPECT_EQ(to_lower("AbC-9"), "abc-9");
}

// Shown are 40 bytes of a word, 1,000 of a word in a sentence, 8,000 of a sentence, and the dots.
TEST(Text, WhatIsLongIsShownInPart) {
  EXPECT_EQ(quote("a\nb"), "'a b'");
  EXPECT_EQ(quote(std::string(41, 'a')), "'" + std::string(40, 'a') + "...'");
  EXPECT_EQ(readable_sentence("expected a, found b "), "expected a, found b ");
  EXPECT_EQ(readable_sentence("found " + std::string(600, 'a') + std::string(600, 'b') + " there"),
            "found " + std::string(500, 'a') + "..." + std::string(500, 'b') + " there");
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "a ";
  EXPECT_EQ(readable_sentence(many).size(), 8003u);
}

}  // namespace
}  // namespace aforo
