#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "model/storage_yaml.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

const std::string kHead = "storage: 1\nstations:\n  - {station: bandwidth, bandwidth: 2 GB/s}\nwrites:\n";

std::string refusal_of(const std::string& text) {
  try {
    parse_storage(kHead + text, "s.yaml");
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(WriteYaml, ReadsWhatWasMeasuredAndWritesItBack) {
  const StorageSpec read = parse_storage(
      kHead +
          "  - write: buffered\n    sync: yes\n    file: 1 GiB\n    chunk: 8 MiB\n    per_file: 12 ms\n    least: 15 ms\n    files: 400 /s\n    per_write: 3 ms\n"
          "    points: [{writers: 1, rate: 400 MB/s}, {writers: 4, rate: 1.1 GB/s, spread: 3%}]\n"
          "    beside: {readers: 8, writers: 2, reads: 60%, writes: 45%}\n"
          "  - {write: direct, points: [{writers: 1, rate: 900 MB/s}], sync: no}\n",
      "s.yaml");
  ASSERT_EQ(read.tiers.size(), 1u);
  ASSERT_EQ(read.tiers[0].writes.size(), 2u);
  const WriteCurve& first = read.tiers[0].writes[0];
  EXPECT_EQ(first.mode, ReadMode::kBuffered);
  EXPECT_TRUE(first.synced);
  EXPECT_EQ(first.file, 1_GiB);
  EXPECT_EQ(first.chunk, 8_MiB);
  EXPECT_DOUBLE_EQ(first.per_file.value, 0.012);
  EXPECT_DOUBLE_EQ(first.least.value, 0.015);
  EXPECT_DOUBLE_EQ(first.per_write.value, 0.003);
  EXPECT_DOUBLE_EQ(first.files.value, 400);
  ASSERT_EQ(first.points.size(), 2u);
  EXPECT_DOUBLE_EQ(first.points[1].rate.value, 1.1e9);
  EXPECT_DOUBLE_EQ(first.points[1].spread, 0.03);
  EXPECT_EQ(first.beside, (WriteMix{8, 2, 0.6, 0.45}));
  EXPECT_EQ(read.tiers[0].writes[1].mode, ReadMode::kDirect);
  EXPECT_FALSE(read.tiers[0].writes[1].synced);

  const StorageSpec again = parse_storage(to_yaml(read), "s.yaml");
  EXPECT_EQ(again.tiers, read.tiers) << to_yaml(read);
}

TEST(WriteYaml, BelongsToATierWhereThereAreTiers) {
  const std::string tiers =
      "storage: 1\ntiers:\n  - name: flash\n    share: 100%\n    stations: [{station: bandwidth, bandwidth: 2 GB/s}]\n"
      "    writes: [{write: direct, points: [{writers: 1, rate: 900 MB/s}]}]\n";
  EXPECT_EQ(parse_storage(tiers, "s.yaml").tiers.at(0).writes.size(), 1u);
  try {
    parse_storage(tiers + "writes: [{write: direct, points: [{writers: 1, rate: 900 MB/s}]}]\n", "s.yaml");
    ADD_FAILURE() << "accepted";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("expected either 'tiers' or 'writes', found both"));
  }
}

TEST(WriteYaml, RefusesWhatNobodyMeasured) {
  EXPECT_THAT(refusal_of("  - {write: buffered, points: []}\n"),
              HasSubstr("s.yaml:5: writes.points: expected a list"));
  EXPECT_THAT(refusal_of("  - {points: [{writers: 1, rate: 1 GB/s}]}\n"), HasSubstr("expected 'write'"));
  EXPECT_THAT(
      refusal_of("  - {write: buffered, points: [{writers: 4, rate: 1 GB/s}, {writers: 2, rate: 1 GB/s}]}\n"),
      HasSubstr("expected more writers than the 4 of the point before, found 2"));
  EXPECT_THAT(
      refusal_of(
          "  - {write: buffered, points: [{writers: 1, rate: 1 GB/s}, {writers: 2, rate: 50 MB/s}]}\n"),
      HasSubstr("measure it again"));
  EXPECT_THAT(refusal_of("  - {write: buffered, points: [{writers: 1, rate: 1 GB/s}]}\n"
                         "  - {write: buffered, points: [{writers: 1, rate: 1 GB/s}]}\n"),
              HasSubstr("found a second of buffered writes, synced"));
  EXPECT_THAT(refusal_of("  - {write: buffered, points: [{writers: 1, rate: 1 GB/s}],\n"
                         "     beside: {readers: 0, writers: 1, reads: 50%, writes: 50%}}\n"),
              HasSubstr("expected readers and writers, at least one of each"));
  EXPECT_THAT(refusal_of("  - {write: buffered, points: [{writers: 1, rate: 1 GB/s}], every: 1}\n"),
              HasSubstr("expected a key of a write curve"));
}

}  // namespace
}  // namespace aforo
