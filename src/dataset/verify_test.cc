#include "dataset/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "dataset/bytes.h"
#include "dataset/scanned_layout.h"
#include "dataset/test_files.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

GeneratedLayout generated(LayoutKind layout, Content content = Content::kRaw) {
  DatasetSpec s;
  s.layout = layout;
  s.content = content;
  s.samples = 50;
  s.samples_per_file = layout == LayoutKind::kFilePerSample ? 1 : 20;
  s.sample_size = {LawKind::kLognormal, 4000, 2000, 0, 0, {}};
  return GeneratedLayout(s, dataset_id_of(s));
}

// The same files as a stranger sees them.
std::unique_ptr<ScannedLayout> foreign(LayoutKind kind, Content content, std::uint64_t size,
                                       const std::vector<Extent>& records = {}) {
  ScannedLayoutBuilder builder(kind, content);
  kind == LayoutKind::kFilePerSample ? builder.add("x", size) : builder.add_shard("x", size, records);
  return builder.build();
}

std::string feed_all(ShardVerifier& verifier, const std::vector<std::byte>& bytes, std::size_t block) {
  for (std::size_t at = 0; at < bytes.size(); at += block) {
    const auto part = std::span(bytes).subspan(at, std::min(block, bytes.size() - at));
    if (const auto fed = verifier.feed(part); !fed) return fed.error();
  }
  const auto finished = verifier.finish();
  return finished ? "" : finished.error();
}

TEST(VerifySample, ProvesGeneratedSamples) {
  const auto layout = generated(LayoutKind::kFilePerSample, Content::kJpeg);
  EXPECT_EQ(proof_of(layout), Proof::kIdentity);
  EXPECT_TRUE(verify_sample(layout, 3, whole_file(layout, 3)));
  EXPECT_EQ(verify_sample(layout, 3, whole_file(layout, 4)).error(), "sample 3 expected, found sample 4");
}

TEST(VerifySample, RefusesAManifestOfAnotherDataset) {
  const auto layout = generated(LayoutKind::kFilePerSample);
  Manifest manifest;
  manifest.id = layout.id();
  EXPECT_TRUE(verify_sample(layout, manifest, 3, whole_file(layout, 3)));
  manifest.id.low ^= 1;
  EXPECT_THAT(verify_sample(layout, manifest, 3, whole_file(layout, 3)).error(),
              HasSubstr("the manifest is of dataset"));
}

TEST(VerifySample, ProvesForeignNpzByItsZipChecksum) {
  auto bytes = whole_file(generated(LayoutKind::kFilePerSample, Content::kNpz), 0);
  const auto layout = foreign(LayoutKind::kFilePerSample, Content::kNpz, bytes.size());
  EXPECT_EQ(proof_of(*layout), Proof::kChecksum);
  EXPECT_TRUE(verify_sample(*layout, 0, bytes));
  bytes[500] ^= std::byte{1};
  EXPECT_THAT(verify_sample(*layout, 0, bytes).error(), HasSubstr("checksum differs"));
}

TEST(VerifySample, ProvesForeignRecordsByTheirChecksum) {
  const auto source = generated(LayoutKind::kTfrecord);
  auto bytes = whole_file(source, 0);
  bytes.resize(source.locate(0).length);
  const auto layout = foreign(LayoutKind::kTfrecord, Content::kOther, bytes.size(), {{0, bytes.size()}});
  EXPECT_EQ(proof_of(*layout), Proof::kChecksum);
  EXPECT_TRUE(verify_sample(*layout, 0, bytes));
  bytes[500] ^= std::byte{1};
  EXPECT_EQ(verify_sample(*layout, 0, bytes).error(), "checksum of the record's data differs");
}

TEST(VerifySample, SaysHowLittleAForeignJpegProves) {
  auto bytes = whole_file(generated(LayoutKind::kFilePerSample, Content::kJpeg), 0);
  const auto layout = foreign(LayoutKind::kFilePerSample, Content::kJpeg, bytes.size());
  EXPECT_EQ(proof_of(*layout), Proof::kStructure);
  EXPECT_TRUE(verify_sample(*layout, 0, bytes));
  EXPECT_EQ(verify_sample(*layout, 0, std::span(bytes).first(100)).error(),
            "short: 100 of " + std::to_string(bytes.size()) + " bytes");
  std::fill(bytes.begin(), bytes.end(), std::byte{});
  EXPECT_THAT(verify_sample(*layout, 0, bytes).error(), HasSubstr("expected a whole JPEG"));
}

TEST(VerifySample, AForeignTarSampleBeginsWithItsHeader) {
  const auto source = generated(LayoutKind::kWebdataset);
  auto bytes = whole_file(source, 0);
  bytes.resize(source.locate(0).length);
  const auto layout = foreign(LayoutKind::kWebdataset, Content::kOther, bytes.size(), {{0, bytes.size()}});
  EXPECT_EQ(proof_of(*layout), Proof::kStructure);
  EXPECT_TRUE(verify_sample(*layout, 0, bytes));
  bytes[0] ^= std::byte{1};
  EXPECT_THAT(verify_sample(*layout, 0, bytes).error(), HasSubstr("expected a whole tar member"));
}

TEST(VerifySample, AnUnknownSizeIsNotHeldAgainstTheSample) {
  const auto bytes = whole_file(generated(LayoutKind::kFilePerSample, Content::kNpz), 0);
  EXPECT_TRUE(verify_sample(*foreign(LayoutKind::kFilePerSample, Content::kNpz, 0), 0, bytes));
  EXPECT_EQ(proof_of(*foreign(LayoutKind::kFilePerSample, Content::kOther, 0)), Proof::kNone);
}

TEST(ShardVerifier, ProvesShardsHoweverBlocksCutThem) {
  for (const auto kind : {LayoutKind::kTfrecord, LayoutKind::kWebdataset, LayoutKind::kRecords}) {
    const auto layout = generated(kind);
    for (const std::size_t block : {100, 4096, 1 << 20}) {
      for (const bool contents : {false, true}) {
        ShardVerifier verifier(layout, 1, contents);
        EXPECT_EQ(feed_all(verifier, whole_file(layout, 1), block), "") << block;
      }
    }
  }
}

TEST(ShardVerifier, NamesTheSampleAndThePlace) {
  const auto layout = generated(LayoutKind::kTfrecord);
  auto bytes = whole_file(layout, 1);
  const auto place = layout.locate(25);
  bytes[place.offset + 500] ^= std::byte{1};
  ShardVerifier verifier(layout, 1, true);
  const auto error = feed_all(verifier, bytes, 4096);
  EXPECT_THAT(error, HasSubstr("sample 25 at byte " + std::to_string(place.offset) + ": checksum differs"));
  EXPECT_EQ(verifier.finish().error(), error);
  bytes = whole_file(layout, 1);
  bytes[place.offset + 3] ^= std::byte{1};
  ShardVerifier framing(layout, 1, false);
  EXPECT_EQ(feed_all(framing, bytes, 4096),
            "checksum of the record's length differs at byte " + std::to_string(place.offset));
}

TEST(ShardVerifier, FindsTruncation) {
  for (const auto kind : {LayoutKind::kTfrecord, LayoutKind::kWebdataset}) {
    const auto layout = generated(kind);
    auto bytes = whole_file(layout, 0);
    const auto last = layout.locate(19);
    bytes.resize(last.offset + last.length - 5);
    ShardVerifier contents(layout, 0, true), framing(layout, 0, false);
    EXPECT_THAT(feed_all(contents, bytes, 1000), HasSubstr("before sample 19 is whole"));
    EXPECT_THAT(feed_all(framing, bytes, 1000), HasSubstr("at byte " + std::to_string(last.offset)));
  }
}

}  // namespace
}  // namespace aforo
