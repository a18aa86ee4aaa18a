// The contract of Container, held against every row alike.
#include "dataset/container.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "dataset/bytes.h"
#include "dataset/generated_layout.h"
#include "dataset/recognise.h"
#include "dataset/test_files.h"
#include "dataset/verify.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

// A file in memory, without anything beside it.
class MemoryFile final : public HeaderReader {
 public:
  explicit MemoryFile(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}
  std::span<const std::byte> at(std::uint64_t offset, std::size_t count) override {
    asked_ += count;
    if (offset >= bytes_.size()) return {};
    return std::span(bytes_).subspan(offset, std::min<std::uint64_t>(count, bytes_.size() - offset));
  }
  std::string failure() const override { return failure_; }
  std::optional<std::string> beside(std::string_view, bool) const override { return std::nullopt; }

  std::uint64_t asked() const { return asked_; }
  void fail(std::string why) {
    bytes_.clear();
    failure_ = std::move(why);
  }

 private:
  std::vector<std::byte> bytes_;
  std::string failure_;
  std::uint64_t asked_ = 0;
};

constexpr std::uint64_t kSample = 20'000;

GeneratedLayout laid(const Container& container, std::uint64_t samples = 25, std::uint64_t per_file = 10) {
  DatasetSpec spec;
  spec.layout = container.layout();
  spec.samples = samples;
  spec.samples_per_file = container.traits().packed ? per_file : 1;
  spec.sample_size.mean = kSample;
  return {spec, dataset_id_of(spec)};
}

std::vector<const Container*> makers() {
  std::vector<const Container*> all;
  for (const Container* each : containers())
    if (each->makes(Content::kRaw) != nullptr) all.push_back(each);
  return all;
}

TEST(Containers, AreOneForEachLayoutInItsOrder) {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < containers().size(); ++i) {
    const Container& each = *containers()[i];
    EXPECT_EQ(static_cast<std::size_t>(each.layout()), i);
    EXPECT_EQ(&container(each.layout()), &each);
    words.insert(each.traits().word);
  }
  EXPECT_EQ(words.size(), containers().size());
  EXPECT_EQ(containers().size(), std::size(kLayoutTraits));
}

TEST(Containers, EveryKindOfFileMeansOneLayout) {
  for (int kind = 0; kind <= static_cast<int>(FileKind::kOther); ++kind) {
    const auto owners = std::count_if(containers().begin(), containers().end(), [&](const Container* each) {
      return each->owns(static_cast<FileKind>(kind));
    });
    EXPECT_EQ(owners, 1) << to_string(static_cast<FileKind>(kind));
  }
}

TEST(Containers, WhatIsLookedForCanBeRead) {
  for (const Container* each : containers())
    for (const Content content : {Content::kRaw, Content::kJpeg, Content::kNpy})
      if (const auto kind = each->looks_for(content)) {
        EXPECT_TRUE(each->reads(*kind)) << each->traits().word;
      }
}

TEST(Containers, WhatCannotBeReadIsNotMade) {
  for (const Container* each : containers()) {
    const bool sized_only = each->traits().sizing_only;
    EXPECT_EQ(each->makes(Content::kRaw) == nullptr, sized_only) << each->traits().word;
  }
}

TEST(Containers, AGeneratedFileIsReadAsItsLayout) {
  for (const Container* each : makers()) {
    const auto bytes = whole_file(laid(*each), 0);
    EXPECT_TRUE(each->reads(recognise("x", std::span(bytes).first(kRecogniseBytes)))) << each->traits().word;
  }
}

TEST(Containers, TheIndexOfAGeneratedFileIsItsLayout) {
  for (const Container* each : makers()) {
    if (!each->has_headers()) continue;
    const auto layout = laid(*each);
    for (FileId file = 0; file < layout.files(); ++file) {
      MemoryFile reader(whole_file(layout, file));
      const FileIndex index = each->index(reader, layout.file_size(file));
      EXPECT_EQ(index.error, "") << each->traits().word;
      ASSERT_EQ(index.samples.size(), layout.samples_in(file)) << each->traits().word;
      for (std::uint64_t i = 0; i < index.samples.size(); ++i) {
        const SampleLocation at = layout.locate(layout.first_sample(file) + i);
        EXPECT_EQ(index.samples[i], (Extent{at.offset, at.length})) << each->traits().word << ' ' << i;
      }
      EXPECT_LT(reader.asked(), layout.file_size(file) / 10) << "headers only";
    }
  }
}

TEST(Containers, AFileCutShortKeepsItsWholeSamplesAndSaysSo) {
  for (const Container* each : makers()) {
    if (!each->has_headers()) continue;
    const auto layout = laid(*each);
    auto bytes = whole_file(layout, 0);
    bytes.resize(layout.locate(7).offset + 700);  // inside the eighth sample
    const std::uint64_t size = bytes.size();
    MemoryFile reader(std::move(bytes));
    const FileIndex index = each->index(reader, size);
    EXPECT_EQ(index.samples.size(), 7U) << each->traits().word;
    EXPECT_THAT(index.error, HasSubstr("at byte ")) << each->traits().word;
  }
}

// Two archives in one file, as cat joins them, and 20 KiB of zeros, as tar pads: readers stop at the first end.
TEST(Containers, WhatFollowsTheEndOfATarIsCounted) {
  const Container& tar = container(LayoutKind::kWebdataset);
  auto bytes = whole_file(laid(tar), 0);
  const auto one = bytes;
  bytes.resize(bytes.size() + (20 << 10));
  MemoryFile padded(bytes);
  EXPECT_EQ(tar.index(padded, bytes.size()).odd.shards_behind_end, 0u);
  bytes.insert(bytes.end(), one.begin(), one.end());
  MemoryFile joined(bytes);
  const FileIndex index = tar.index(joined, bytes.size());
  EXPECT_EQ(index.samples.size(), 10u);
  EXPECT_EQ(index.odd.shards_behind_end, 1u);
  EXPECT_EQ(index.odd.bytes_behind_end, one.size());
}

TEST(Containers, AFileThatCannotBeReadSaysWhy) {
  for (const Container* each : makers()) {
    if (!each->has_headers()) continue;
    MemoryFile reader({});
    reader.fail("EIO (input/output error)");
    const FileIndex index = each->index(reader, 100'000);
    EXPECT_TRUE(index.samples.empty());
    EXPECT_EQ(index.error, "EIO (input/output error) at byte 0") << each->traits().word;
  }
}

TEST(Containers, TheFrameOfAGeneratedFileIsWholeHoweverItIsCut) {
  for (const Container* each : makers()) {
    const auto layout = laid(*each);
    const auto bytes = whole_file(layout, 0);
    for (const std::size_t block : {1, 7, 512, 100'000}) {
      const auto framing = each->framing(false);
      if (!framing) continue;
      for (std::size_t at = 0; at < bytes.size(); at += block) {
        const auto fed = framing->feed(std::span(bytes).subspan(at, std::min(block, bytes.size() - at)));
        ASSERT_TRUE(fed) << each->traits().word << ": " << fed.error();
      }
      EXPECT_TRUE(framing->finish()) << each->traits().word << ", blocks of " << block;
    }
  }
}

TEST(Containers, AFrameThatEndsTooEarlyIsAnError) {
  for (const Container* each : makers()) {
    const auto framing = each->framing(false);
    if (!framing) continue;
    const auto bytes = whole_file(laid(*each), 0);
    ASSERT_TRUE(framing->feed(std::span(bytes).first(bytes.size() / 2 + 7)));
    EXPECT_FALSE(framing->finish()) << each->traits().word;
  }
}

TEST(Containers, AHeadIsAsLongAsItIsSaidToBe) {
  for (const Container* each : containers()) {
    for (const std::uint64_t samples : {std::uint64_t{1}, std::uint64_t{1000}, ~std::uint64_t{0}})
      EXPECT_EQ(each->head(samples, ~std::uint64_t{0}).size(), each->head_bytes()) << each->traits().word;
  }
}

TEST(Containers, AHeadThatNamesOtherSamplesIsFoundBesideSoundOnes) {
  const auto layout = laid(container(LayoutKind::kNpy));
  auto bytes = whole_file(layout, 2);  // the last: 5 of 25 samples
  const auto proved = [&] {
    ShardVerifier verifier(layout, 2, true);
    if (const auto fed = verifier.feed(bytes); !fed) return fed.error();
    const auto finished = verifier.finish();
    return finished ? std::string() : finished.error();
  };
  EXPECT_EQ(proved(), "");
  const std::string_view text = as_text(bytes);
  bytes[text.find("(5, ") + 1] = std::byte{'6'};
  EXPECT_EQ(proved(), "short: the header names 6 samples of 20000 bytes, the file ends at byte 100128");
}

TEST(Containers, UnitsAreTheSamplesOfFilesRecordsAndMembers) {
  for (const Container* each : makers()) {
    const auto layout = laid(*each);
    ASSERT_EQ(layout.units(), layout.samples());
    for (SampleId sample = 0; sample < layout.samples(); ++sample) {
      const ReadUnit unit = layout.unit(layout.unit_of(sample));
      const SampleLocation at = layout.locate(sample);
      EXPECT_EQ(unit.file, at.file);
      EXPECT_EQ(unit.first_sample, sample);
      EXPECT_EQ(unit.samples, 1U);
      EXPECT_THAT(unit.extents, ::testing::ElementsAre(Extent{at.offset, at.length}));
    }
  }
}

// A dataset is read unless it is only sized, and the sentence names all that are; contents are looked at only
// where they are made.
TEST(Containers, WhatIsOnlySizedIsRefusedByName) {
  EXPECT_NO_THROW(require_readable(LayoutKind::kNpy, "here"));
  try {
    require_readable(LayoutKind::kHdf5, "/data");
    FAIL() << "HDF5 was read";
  } catch (const UserError& error) {
    EXPECT_EQ(
        std::string(error.what()),
        "expected a dataset of file per sample, TFRecord, records, WebDataset or npy in /data, found HDF5: "
        "aforo sizes this layout (aforo size) but cannot read it yet");
  }
}

TEST(Containers, ContentsThatAreOnlyReadAreTakenAsRaw) {
  for (const LayoutKind layout : {LayoutKind::kFilePerSample, LayoutKind::kTfrecord}) {
    DatasetSpec spec;
    spec.layout = layout;
    spec.content = Content::kPng;
    EXPECT_EQ(with_made_content(spec).content, Content::kRaw);
    spec.content = Content::kJpeg;
    EXPECT_EQ(with_made_content(spec), spec);
  }
}

// Rows and records are bytes: what is laid there as JPEGs would be none.
TEST(Containers, RowsOfBytesHoldNothingElse) {
  for (const LayoutKind layout : {LayoutKind::kNpy, LayoutKind::kRecords}) {
    DatasetSpec spec;
    spec.layout = layout;
    EXPECT_TRUE(can_generate(spec));
    spec.content = Content::kJpeg;
    EXPECT_FALSE(can_generate(spec)) << to_string(layout);
    EXPECT_EQ(with_made_content(spec).content, Content::kRaw);
  }
  try {
    stored_format(LayoutKind::kNpy, Content::kJpeg);
    FAIL() << "JPEGs were laid in an array";
  } catch (const UserError& error) {
    EXPECT_EQ(std::string(error.what()),
              "expected content raw with layout npy to generate, found jpeg: its samples have no format of "
              "their own; give --content raw, or --layout file-per-sample, tfrecord or webdataset");
  }
}

// PyTorch takes one sample of HDF5 or TFRecord after another; tf.data reads every shard that aforo makes of samples
// of any size from its front, as both read Parquet's row groups.
TEST(Containers, WhatIsNotMadeHasATwinThatIsReadAlike) {
  DatasetSpec data;
  data.samples = 1000, data.samples_per_file = 100;
  data.sample_size.mean = 1e5;
  LoaderSpec torch, tf;
  torch.framework = Framework::kPytorch, tf.framework = Framework::kTensorflow;
  data.layout = LayoutKind::kHdf5;
  EXPECT_EQ(made_alike(data, torch), LayoutKind::kTfrecord);
  EXPECT_EQ(made_alike(data, tf), LayoutKind::kTfrecord);
  data.layout = LayoutKind::kParquet;
  EXPECT_EQ(made_alike(data, torch), LayoutKind::kWebdataset);
  try {
    require_made(data, torch);
    FAIL() << "Parquet was made";
  } catch (const UserError& error) {
    EXPECT_EQ(
        std::string(error.what()),
        "expected layout file-per-sample, tfrecord, records, webdataset, npy to generate, found parquet, "
        "which aforo only sizes: give --layout webdataset --content raw, or one of the others");
  }
}

TEST(Containers, OnlyGeneratedSamplesHaveAnIdentity) {
  const auto layout = laid(container(LayoutKind::kTfrecord));
  const auto made = layout.identity(17);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->identity, (SampleIdentity{layout.id(), 17}));
  EXPECT_EQ(made->target, kSample);
}

}  // namespace
}  // namespace aforo
