#include "dataset/checkpoint_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

using testing::HasSubstr;

CheckpointManifest example_of_four_ranks() {
  CheckpointManifest out;
  out.number = 7;
  out.content_key = 0x0123456789abcdef;
  out.content_checksum = 4'000'000'000;
  CheckpointSpec spec;
  spec.parameters = 1e6;
  spec.files_per_rank = 2;
  out.spec = with_ranks(spec, CheckpointShape::make(spec, 4).value());
  return out;
}

// Whatever the job that reads it has: 4 ranks of it stay 4 ranks.
TEST(CheckpointManifest, SaysWhatWasWritten) {
  const CheckpointManifest manifest = example_of_four_ranks();
  const std::string text = write_checkpoint_manifest(manifest);
  const auto found = parse_checkpoint_manifest(text);
  ASSERT_TRUE(found) << found.error();
  EXPECT_EQ(*found, manifest);
  EXPECT_EQ(CheckpointShape::make(found->spec, 1)->ranks(), 4u);
  EXPECT_THAT(text, HasSubstr("\"bytes\": 14000000"));
}

// A part of it, an edited number, and something else.
TEST(CheckpointManifest, IsNoneUnlessItIsWhole) {
  const std::string text = write_checkpoint_manifest(example_of_four_ranks());
  for (const std::size_t cut : {std::size_t{0}, std::size_t{10}, text.size() / 2, text.size() - 3})
    EXPECT_FALSE(parse_checkpoint_manifest(text.substr(0, cut))) << cut;
  std::string edited = text;
  edited.replace(edited.find("14000000"), 8, "14000001");
  EXPECT_THAT(parse_checkpoint_manifest(edited).error(), HasSubstr("files and bytes"));
  EXPECT_FALSE(parse_checkpoint_manifest("{}"));
  EXPECT_FALSE(parse_checkpoint_manifest(std::string(100, '\0')));
}

TEST(CheckpointManifest, NamesWhatDiffers) {
  CheckpointSpec asked = example_of_four_ranks().spec, there = asked;
  EXPECT_EQ(difference_between(asked, there), "");
  there.keep = 3;
  there.depth = 8;
  EXPECT_EQ(difference_between(asked, there), "");
  asked.ranks = asked.data_parallel = 8;
  EXPECT_THAT(difference_between(asked, there), HasSubstr("ranks: 8 asked, 4 there"));
}

}  // namespace
}  // namespace aforo
