#include "dataset/generated_layout.h"

#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "base/random.h"
#include "dataset/tar.h"
#include "dataset/test_files.h"
#include "dataset/tfrecord.h"

namespace aforo {
namespace {

DatasetSpec spec(LayoutKind layout, Content content, std::uint64_t samples, Law law,
                 std::uint64_t per_file = 1) {
  DatasetSpec s;
  s.layout = layout;
  s.content = content;
  s.samples = samples;
  s.sample_size = law;
  s.samples_per_file = per_file;
  return s;
}

Law constant(double mean) { return {LawKind::kConstant, mean, 0, 0, 0, {}}; }
Law lognormal(double mean, double stddev) { return {LawKind::kLognormal, mean, stddev, 0, 0, {}}; }

GeneratedLayout layout_of(const DatasetSpec& s) { return GeneratedLayout(s, dataset_id_of(s)); }

TEST(GeneratedLayout, NamesFilesByDirectory) {
  auto s = spec(LayoutKind::kFilePerSample, Content::kJpeg, 2500, constant(1000));
  const auto layout = layout_of(s);
  EXPECT_EQ(layout.files(), 2500U);
  EXPECT_EQ(layout.path(0), "d00000/s0000000000.jpg");
  EXPECT_EQ(layout.path(2499), "d00002/s0000002499.jpg");
  EXPECT_EQ(layout.directories(), 3U);
  EXPECT_EQ(layout.directory(2), "d00002");
  s.files_per_directory = 0;
  EXPECT_EQ(layout_of(s).path(7), "s0000000007.jpg");
  EXPECT_EQ(layout_of(s).directories(), 0U);
  const auto shards = layout_of(spec(LayoutKind::kTfrecord, Content::kRaw, 100, constant(1000), 30));
  EXPECT_EQ(shards.path(3), "shard-00003.tfrecord");
  EXPECT_EQ(shards.index_path(3), "shard-00003.tfrecord.idx");
  EXPECT_EQ(shards.directories(), 0U);
  EXPECT_EQ(layout_of(spec(LayoutKind::kWebdataset, Content::kRaw, 9, constant(1), 3)).path(2),
            "shard-00002.tar");
}

TEST(GeneratedLayout, FilePerSampleIsTheWholeFile) {
  const auto layout = layout_of(spec(LayoutKind::kFilePerSample, Content::kRaw, 10, constant(1000)));
  const auto place = layout.locate(7);
  EXPECT_EQ(place.file, 7U);
  EXPECT_EQ(place.length, 1000U);
  EXPECT_TRUE(place.whole_file);
  EXPECT_EQ(layout.total_bytes(), 10000U);
  EXPECT_EQ(layout.largest_sample(), 1000U);
}

// 100 samples, 30 to a shard: 30, 30, 30, 10. A record of 1000 bytes of content stores as stored_bytes says.
// A small dataset's sizes are kept from its scan; one that is opened by its totals, or has more samples, draws
// them again, and a larger one of the same seed begins with the same.
TEST(GeneratedLayout, KeptSizesAreThoseThatWouldBeDrawn) {
  const auto some = spec(LayoutKind::kFilePerSample, Content::kRaw, 500, lognormal(1e5, 5e4));
  const GeneratedLayout kept = layout_of(some);
  const GeneratedLayout drawn(some, dataset_id_of(some), kept.totals());
  auto larger = some;
  larger.samples = GeneratedLayout::kMostSizesKept + 1;
  const GeneratedLayout beyond = layout_of(larger);
  for (SampleId i = 0; i < some.samples; ++i) {
    EXPECT_EQ(kept.locate(i).length, drawn.locate(i).length);
    EXPECT_EQ(kept.locate(i).length, beyond.locate(i).length);
  }
}

TEST(GeneratedLayout, ConstantRecordsLieAtMultiples) {
  const auto layout = layout_of(spec(LayoutKind::kTfrecord, Content::kRaw, 100, constant(1000), 30));
  const std::uint64_t record = tfrecord_format(Content::kRaw).stored_bytes(1000);
  EXPECT_EQ(layout.files(), 4U);
  EXPECT_EQ(layout.samples_in(3), 10U);
  EXPECT_EQ(layout.first_sample(3), 90U);
  const auto place = layout.locate(65);
  EXPECT_EQ(place.file, 2U);
  EXPECT_EQ(place.offset, 5 * record);
  EXPECT_EQ(place.length, record);
  EXPECT_FALSE(place.whole_file);
  EXPECT_EQ(layout.file_size(0), 30 * record);
  EXPECT_EQ(layout.file_size(3), 10 * record);
  EXPECT_EQ(layout.total_bytes(), 100 * record);
}

TEST(GeneratedLayout, VaryingRecordsFollowOneAnother) {
  for (const auto kind : {LayoutKind::kTfrecord, LayoutKind::kWebdataset, LayoutKind::kRecords}) {
    const auto layout = layout_of(spec(kind, Content::kRaw, 1000, lognormal(3000, 2000), 300));
    const std::uint64_t end = kind == LayoutKind::kWebdataset ? kTarEnd : 0;
    std::uint64_t total = 0, largest = 0;
    for (FileId file = 0; file < layout.files(); ++file) {
      std::uint64_t offset = 0;
      for (std::uint64_t i = 0; i < layout.samples_in(file); ++i) {
        const auto place = layout.locate(layout.first_sample(file) + i);
        ASSERT_EQ(place.file, file);
        ASSERT_EQ(place.offset, offset);
        offset += place.length;
        largest = std::max(largest, place.length);
      }
      EXPECT_EQ(layout.file_size(file), offset + end);
      total += offset;
    }
    EXPECT_EQ(layout.total_bytes(), total);
    EXPECT_EQ(layout.largest_sample(), largest);
    EXPECT_EQ(layout.stored_bytes(), total + layout.files() * end);
  }
}

TEST(GeneratedLayout, SizesFollowTheLawAndTheSeed) {
  auto s = spec(LayoutKind::kFilePerSample, Content::kRaw, 100'000, lognormal(114'000, 60'000));
  const auto layout = layout_of(s);
  // Standard error of the mean: 60000 / sqrt(100000) = 190.
  EXPECT_NEAR(static_cast<double>(layout.total_bytes()) / 1e5, 114'000, 5 * 190);
  EXPECT_EQ(layout.locate(5).length, layout_of(s).locate(5).length);
  const auto before = layout.locate(5).length;
  s.seed = 11;
  EXPECT_NE(layout_of(s).locate(5).length, before);
}

// One sample in a thousand holds 91 % of the bytes: a thousand draws would hold none of it in 37 of 100
// datasets. Whatever the seed, 999 x 6 kB + 60 MB.
TEST(GeneratedLayout, ALawOfSharesKeepsItsTotal) {
  Law law{LawKind::kEmpirical, 0, 0, 0, 0, {6000, 6000, 6e7, 6e7}, {0, 0.999, 0.999, 1}};
  for (const std::uint64_t seed : {1, 2, 3}) {
    auto s = spec(LayoutKind::kFilePerSample, Content::kRaw, 1000, law);
    s.seed = seed;
    EXPECT_EQ(layout_of(s).stored_bytes(), 65'994'000U);
    s.samples = 10'000;
    EXPECT_EQ(layout_of(s).stored_bytes(), 659'940'000U);
  }
}

TEST(GeneratedLayout, NoSampleIsSmallerThanItsFormatAllows) {
  const auto layout = layout_of(spec(LayoutKind::kFilePerSample, Content::kJpeg, 100, lognormal(300, 300)));
  for (SampleId sample = 0; sample < 100; ++sample) EXPECT_GE(layout.locate(sample).length, 512U);
}

TEST(GeneratedLayout, KnownTotalsSpareTheScan) {
  const auto s = spec(LayoutKind::kFilePerSample, Content::kRaw, 1000, lognormal(5000, 3000));
  const auto scanned = layout_of(s);
  const GeneratedLayout quick(s, dataset_id_of(s), scanned.totals());
  EXPECT_EQ(quick.total_bytes(), scanned.total_bytes());
  EXPECT_EQ(quick.largest_sample(), scanned.largest_sample());
  EXPECT_EQ(quick.locate(77).length, scanned.locate(77).length);
  const auto packed = spec(LayoutKind::kTfrecord, Content::kRaw, 1000, lognormal(5000, 3000), 100);
  const GeneratedLayout again(packed, dataset_id_of(packed), layout_of(packed).totals());
  EXPECT_EQ(again.locate(377).offset, layout_of(packed).locate(377).offset);
}

TEST(GeneratedLayout, AConstantLawNeedsNoMemory) {
  const auto layout =
      layout_of(spec(LayoutKind::kRecords, Content::kRaw, 1'000'000'000'000, constant(4096), 1 << 20));
  EXPECT_EQ(layout.locate(999'999'999'999).offset, 4096 * (999'999'999'999 % (1 << 20)));
  EXPECT_EQ(layout.total_bytes(), 4096'000'000'000'000U);
}

TEST(GeneratedLayout, EqualSpecsShareAnIdAndOthersDoNot) {
  const auto s = spec(LayoutKind::kFilePerSample, Content::kRaw, 1000, lognormal(5000, 3000));
  std::set<std::string> ids = {to_string(dataset_id_of(s))};
  EXPECT_FALSE(ids.insert(to_string(dataset_id_of(s))).second);
  auto other = s;
  other.seed += 1;
  EXPECT_TRUE(ids.insert(to_string(dataset_id_of(other))).second);
  other = s;
  other.samples += 1;
  EXPECT_TRUE(ids.insert(to_string(dataset_id_of(other))).second);
  other = s;
  other.sample_size.stddev += 1;
  EXPECT_TRUE(ids.insert(to_string(dataset_id_of(other))).second);
  other = s;
  other.content = Content::kNpz;
  EXPECT_TRUE(ids.insert(to_string(dataset_id_of(other))).second);
}

TEST(GeneratedLayout, RefusesWhatCannotBeMade) {
  EXPECT_THROW(layout_of(spec(LayoutKind::kFilePerSample, Content::kRaw, 0, constant(1))), UserError);
  EXPECT_THROW(layout_of(spec(LayoutKind::kHdf5, Content::kRaw, 1, constant(1))), UserError);
  EXPECT_THROW(layout_of(spec(LayoutKind::kFilePerSample, Content::kPng, 1, constant(1))), UserError);
}

TEST(OpenFile, ShardsHoldTheirSamplesWhereLocateSays) {
  for (const auto kind : {LayoutKind::kTfrecord, LayoutKind::kWebdataset, LayoutKind::kRecords}) {
    const auto layout = layout_of(spec(kind, Content::kRaw, 70, lognormal(3000, 2000), 30));
    for (FileId file = 0; file < layout.files(); ++file) {
      const auto bytes = whole_file(layout, file);
      ASSERT_EQ(bytes.size(), layout.file_size(file));
      for (std::uint64_t i = 0; i < layout.samples_in(file); ++i) {
        const SampleId sample = layout.first_sample(file) + i;
        const auto place = layout.locate(sample);
        const auto verdict =
            layout.format().verify(layout.identity(sample)->identity, layout.target_of(sample),
                                   std::span(bytes).subspan(place.offset, place.length));
        ASSERT_TRUE(verdict) << verdict.error();
      }
    }
  }
}

TEST(OpenFile, BlocksInAnyOrderAreTheShard) {
  const auto layout = layout_of(spec(LayoutKind::kWebdataset, Content::kRaw, 50, lognormal(3000, 2000), 50));
  const auto bytes = whole_file(layout, 0);
  const auto source = layout.open_file(0);
  Random random(4);
  for (int i = 0; i < 300; ++i) {
    const std::size_t at = random.below(bytes.size()),
                      size = random.below(std::min<std::size_t>(bytes.size() - at, 9000) + 1);
    std::vector<std::byte> part(size);
    source->fill(at, part);
    ASSERT_TRUE(std::equal(part.begin(), part.end(), bytes.begin() + at)) << at << " + " << size;
  }
}

TEST(OpenFile, TheIndexIsWhatAScanFinds) {
  const auto layout = layout_of(spec(LayoutKind::kTfrecord, Content::kJpeg, 50, lognormal(3000, 2000), 20));
  ASSERT_TRUE(layout.has_index());
  for (FileId file = 0; file < layout.files(); ++file) {
    TfrecordScanner scanner(true);
    std::vector<Extent> found;
    ASSERT_TRUE(scanner.feed(whole_file(layout, file), found));
    ASSERT_TRUE(scanner.finish());
    EXPECT_EQ(layout.index_text(file), write_record_index(found));
  }
}

}  // namespace
}  // namespace aforo
