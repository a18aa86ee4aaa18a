#include "survey/dataset_open.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "base/error.h"
#include "base/test_directory.h"
#include "dataset/bytes.h"
#include "dataset/generated_layout.h"
#include "generate/generate_command.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Memory where there is some: a sync at the end of a generation would wait for everything
// else on a shared disk.
class OpenDatasetTest : public testing::Test {
 protected:
  void put(const std::string& name, std::string_view content) const {
    fs::create_directories((base_ / name).parent_path());
    std::ofstream(base_ / name, std::ios::binary) << content;
  }
  OpenedDataset open(const DatasetSpec& wanted) const {
    return open_dataset(*open_store(base_), wanted, 2, {});
  }
  std::string sentence(const DatasetSpec& wanted) const {
    try {
      open(wanted);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }
  void lay(const DatasetSpec& spec) const {
    GenerateOptions options;
    options.workload.dataset = spec;
    options.directory = base_;
    generate(options, {}, {});
  }
  // And takes the marker away: a dataset that nobody knows of.
  void lay_foreign(const DatasetSpec& spec) const {
    lay(spec);
    fs::remove(base_ / kManifestName);
  }

  TestDirectory directory_of_test_{TestDirectory::On::kMemory};
  fs::path base_{directory_of_test_.path()};
};

DatasetSpec spec_of(LayoutKind layout, Content content, std::uint64_t samples, double bytes) {
  DatasetSpec spec;
  spec.layout = layout;
  spec.content = content;
  spec.samples = samples;
  spec.sample_size = {LawKind::kLognormal, bytes, bytes / 3, 0, 0, {}};
  spec.samples_per_file = layout == LayoutKind::kFilePerSample ? 1 : 7;
  spec.files_per_directory = 10;
  if (traits_of(layout).one_size) spec.sample_size = {LawKind::kConstant, bytes, 0, 0, 0, {}};
  return spec;
}

void expect_same_samples(const Layout& found, const Layout& truth) {
  ASSERT_EQ(found.samples(), truth.samples());
  ASSERT_EQ(found.files(), truth.files());
  EXPECT_EQ(found.total_bytes(), truth.total_bytes());
  EXPECT_EQ(found.largest_sample(), truth.largest_sample());
  for (SampleId sample = 0; sample < truth.samples(); ++sample) {
    const SampleLocation a = found.locate(sample), b = truth.locate(sample);
    EXPECT_EQ(found.path(a.file), truth.path(b.file)) << sample;
    EXPECT_EQ(a.offset, b.offset) << sample;
    EXPECT_EQ(a.length, b.length) << sample;
  }
}

// A tree that nobody generated here lies exactly as the generator computed it: the scan finds every sample in
// the same file, at the same offset, with the same length, in the same order.
TEST_F(OpenDatasetTest, AScanFindsWhatTheGeneratorLaid) {
  for (const LayoutKind layout :
       {LayoutKind::kFilePerSample, LayoutKind::kTfrecord, LayoutKind::kWebdataset, LayoutKind::kNpy}) {
    for (const bool with_index : {true, false}) {
      const Content content = layout == LayoutKind::kNpy ? Content::kRaw : Content::kJpeg;
      const DatasetSpec spec = spec_of(layout, content, 45, 9000);
      const GeneratedLayout truth(spec, dataset_id_of(spec));
      lay_foreign(spec);
      for (FileId file = 0; !with_index && truth.has_index() && file < truth.files(); ++file) {
        fs::remove(base_ / truth.index_path(file));
      }
      const OpenedDataset opened = open(spec);
      EXPECT_FALSE(opened.manifest);
      EXPECT_EQ(opened.layout->kind(), layout);
      expect_same_samples(*opened.layout, truth);
      fs::remove_all(base_);
      fs::create_directory(base_);
    }
  }
}

// The same tree: 45 files of one array each, or, where the workload says so, 7 samples in each.
TEST_F(OpenDatasetTest, ForeignArraysAreOneSampleEachUnlessTheWorkloadSaysRows) {
  lay_foreign(spec_of(LayoutKind::kNpy, Content::kRaw, 45, 900));
  const OpenedDataset files = open(spec_of(LayoutKind::kFilePerSample, Content::kNpy, 7, 6428));
  EXPECT_EQ(files.layout->samples(), 7u);
  EXPECT_EQ(files.layout->locate(0).length, 128u + 7 * 900);
  const OpenedDataset rows = open(spec_of(LayoutKind::kNpy, Content::kRaw, 45, 900));
  EXPECT_EQ(rows.layout->samples(), 45u);
  EXPECT_EQ(rows.layout->locate(8).offset, 128u + 900);
  EXPECT_THAT(rows.warnings, IsEmpty());
}

// Nobody says what lies there: shards by their headers, arrays one by one, a generated one by its marker.
TEST_F(OpenDatasetTest, WhatNobodyDescribesIsReadAsItLooks) {
  const auto as_found = [this] { return open_as_found(*open_store(base_), 2, {}); };
  EXPECT_THROW(as_found(), UserError) << "nothing lies there";
  const DatasetSpec shards = spec_of(LayoutKind::kTfrecord, Content::kRaw, 45, 900);
  lay_foreign(shards);
  const OpenedDataset found = as_found();
  EXPECT_EQ(found.spec.layout, LayoutKind::kTfrecord);
  EXPECT_EQ(found.spec.samples, 45u);
  const Law law = found.spec.sample_size, same = open(shards).spec.sample_size;
  EXPECT_EQ(law.kind, same.kind);
  EXPECT_DOUBLE_EQ(law.mean, same.mean);
  EXPECT_DOUBLE_EQ(law.stddev, same.stddev) << "two threads add up in any order: the last bit differs";
  EXPECT_EQ(law.minimum, same.minimum);
  EXPECT_EQ(law.maximum, same.maximum);
  EXPECT_THAT(found.differences, IsEmpty());
  fs::remove_all(base_);
  fs::create_directory(base_);
  GenerateOptions options;
  options.workload.dataset = spec_of(LayoutKind::kFilePerSample, Content::kNpz, 50, 5000);
  options.directory = base_;
  generate(options, {}, {});
  EXPECT_EQ(as_found().spec.samples, 50u);
  EXPECT_TRUE(as_found().manifest);
}

TEST_F(OpenDatasetTest, AGeneratedDatasetIsOpenedFromItsManifestAlone) {
  GenerateOptions options;
  options.workload.dataset = spec_of(LayoutKind::kFilePerSample, Content::kNpz, 50, 5000);
  options.directory = base_;
  generate(options, {}, {});
  fs::remove_all(base_ / "d00002");  // nobody looks: the run will count what is missing
  const OpenedDataset opened = open(options.workload.dataset);
  ASSERT_TRUE(opened.manifest);
  EXPECT_EQ(opened.layout->samples(), 50u);
  EXPECT_THAT(opened.warnings, IsEmpty());
}

TEST_F(OpenDatasetTest, OtherNumbersThanTheWorkloadsAreWarnedOf) {
  GenerateOptions options;
  options.workload.dataset = spec_of(LayoutKind::kFilePerSample, Content::kRaw, 50, 5000);
  options.directory = base_;
  generate(options, {}, {});
  DatasetSpec wanted = options.workload.dataset;
  wanted.samples = 1'000'000;
  wanted.sample_size.mean = 150'000;
  const OpenedDataset opened = open(wanted);
  EXPECT_EQ(opened.spec.samples, 50u);
  EXPECT_THAT(opened.differences, Contains(HasSubstr("holds 50 samples, the workload names 1,000,000")));
  EXPECT_THAT(opened.differences, Contains(HasSubstr("on average")));
}

TEST_F(OpenDatasetTest, AnUnfinishedGenerationIsNotTrainedOn) {
  GenerateOptions options;
  options.workload.dataset = spec_of(LayoutKind::kFilePerSample, Content::kRaw, 50, 5000);
  options.directory = base_;
  std::stop_source stop;
  stop.request_stop();
  generate(options, stop.get_token(), {});
  EXPECT_THAT(sentence(options.workload.dataset), AllOf(HasSubstr("complete"), HasSubstr("aforo generate")));
}

TEST_F(OpenDatasetTest, ContradictionsAreNamed) {
  put("a.jpg", "\xff\xd8\xff\xe0 a picture");
  EXPECT_THAT(
      sentence(spec_of(LayoutKind::kTfrecord, Content::kJpeg, 10, 100)),
      AllOf(HasSubstr("expected tfrecord"), HasSubstr("1 file of JPEG"), HasSubstr("file-per-sample")));
  const OpenedDataset opened = open(spec_of(LayoutKind::kFilePerSample, Content::kPng, 1, 14));
  EXPECT_EQ(opened.layout->content(), Content::kJpeg);
  EXPECT_THAT(opened.differences, Contains(HasSubstr("holds JPEG files, the workload names png")));
}

TEST_F(OpenDatasetTest, LabelsAndHiddenFilesAreNoSamples) {
  put("n01/a.JPEG", "\xff\xd8\xff\xe0 a");
  put("n01/b.jpg", "\xff\xd8\xff\xe0 bb");
  put("n01/a.txt", "label");
  put("meta.json", "{}");
  put(".cache/x.jpg", "\xff\xd8\xff\xe0 not looked at");
  put("n01/.a.jpg", "\xff\xd8\xff\xe0 half copied");
  const OpenedDataset opened = open(spec_of(LayoutKind::kFilePerSample, Content::kJpeg, 2, 6));
  EXPECT_EQ(opened.layout->samples(), 2u);
  EXPECT_THAT(opened.warnings, Contains(AllOf(HasSubstr("*.txt"), HasSubstr("*.json"))));
  EXPECT_THAT(opened.warnings, Contains(HasSubstr("1 hidden file ")));
  EXPECT_THAT(opened.warnings, Contains(HasSubstr("1 hidden directory ")));
}

// What inspect reports, a run reports too.
TEST_F(OpenDatasetTest, WhatIsLeftOutIsSaid) {
  put("a.bin", "aa");
  put("b.bin", "");
  fs::create_symlink(base_ / "gone", base_ / "c.bin");
  fs::create_symlink(base_ / "nowhere", base_ / "d.bin");
  fs::create_directory_symlink(base_, base_ / "loop");
  ASSERT_EQ(::mkfifo((base_ / "pipe").c_str(), 0600), 0);
  const OpenedDataset opened = open(spec_of(LayoutKind::kFilePerSample, Content::kRaw, 2, 1));
  EXPECT_EQ(opened.layout->samples(), 2u);
  EXPECT_THAT(opened.warnings, Contains("2 dangling symbolic links were left out"));
  EXPECT_THAT(opened.warnings, Contains("1 socket, FIFO or device was left out"));
  EXPECT_THAT(opened.warnings, Contains("1 symbolic link to a directory was not followed"));
  EXPECT_THAT(opened.warnings, Contains("1 of 2 sample files is empty (0 bytes)"));
}

// 100 bytes are three records of 30 and a rest of 10; 60 bytes are two.
TEST_F(OpenDatasetTest, RecordsAreCutByTheirSize) {
  put("a.bin", std::string(100, 'a'));
  put("b.bin", std::string(60, 'b'));
  DatasetSpec wanted = spec_of(LayoutKind::kRecords, Content::kRaw, 5, 30);
  wanted.sample_size = {LawKind::kConstant, 30, 0, 0, 0, {}};
  const OpenedDataset opened = open(wanted);
  EXPECT_EQ(opened.layout->samples(), 5u);
  const SampleLocation last = opened.layout->locate(4);
  EXPECT_EQ(opened.layout->path(last.file), "b.bin");
  EXPECT_EQ(last.offset, 30u);
  wanted.sample_size.kind = LawKind::kNormal;
  EXPECT_THAT(sentence(wanted), HasSubstr("one size"));
}

// The file is cut in the middle of its last record: the records before it are used, the damage is data.
TEST_F(OpenDatasetTest, ATruncatedShardKeepsItsWholeRecords) {
  const DatasetSpec spec = spec_of(LayoutKind::kTfrecord, Content::kRaw, 14, 1000);
  const GeneratedLayout truth(spec, dataset_id_of(spec));
  lay_foreign(spec);
  EXPECT_EQ(open(spec).damaged_files, 0u);
  fs::resize_file(base_ / truth.path(1), truth.file_size(1) - 10);
  const OpenedDataset opened = open(spec);
  EXPECT_EQ(opened.layout->samples(), 13u);
  EXPECT_EQ(opened.damaged_files, 1u);
  ASSERT_EQ(opened.damaged.size(), 1u);
  EXPECT_EQ(opened.damaged[0].path, truth.path(1));
  EXPECT_THAT(opened.damaged[0].what, HasSubstr("truncated"));
}

// A shard whose first header is overwritten is no TFRecord to the eye, has no sample, and is damage: nothing
// says that it counts as a sample.
TEST_F(OpenDatasetTest, ADamagedHeaderIsDamageAndNothingElse) {
  const DatasetSpec spec = spec_of(LayoutKind::kTfrecord, Content::kRaw, 21, 1000);
  const GeneratedLayout truth(spec, dataset_id_of(spec));
  lay_foreign(spec);
  fs::remove(base_ / truth.index_path(1));
  std::fstream(base_ / truth.path(1), std::ios::binary | std::ios::in | std::ios::out) << "overwritten!";
  const OpenedDataset opened = open(spec);
  EXPECT_EQ(opened.layout->samples(), 14u);
  ASSERT_EQ(opened.damaged.size(), 1u);
  EXPECT_EQ(opened.damaged[0].path, truth.path(1));
  EXPECT_THAT(opened.warnings, Not(Contains(HasSubstr("counted as samples"))));
}

// 103 damaged shards beside one that is whole: all are counted, the first hundred by path are named.
TEST_F(OpenDatasetTest, ManyDamagedShardsAreCountedAndSomeNamed) {
  const DatasetSpec spec = spec_of(LayoutKind::kTfrecord, Content::kRaw, 104 * 7, 100);
  const GeneratedLayout truth(spec, dataset_id_of(spec));
  lay_foreign(spec);
  for (FileId file = 1; file < 104; ++file) fs::resize_file(base_ / truth.path(file), 20);
  const OpenedDataset opened = open(spec);
  EXPECT_EQ(opened.layout->samples(), 7u);
  EXPECT_EQ(opened.damaged_files, 103u);
  ASSERT_EQ(opened.damaged.size(), OpenedDataset::kDamagedNamed);
  EXPECT_EQ(opened.damaged.front().path, truth.path(1));
  EXPECT_EQ(opened.damaged.back().path, truth.path(100));
  fs::resize_file(base_ / truth.path(0), 20);
  EXPECT_THAT(sentence(spec),
              AllOf(HasSubstr("found none"), HasSubstr("104 damaged"), HasSubstr(truth.path(0))));
}

// Of what aforo laid, sizes alone tell: a shard that is gone, cut or longer is damage, and all samples stay in the layout.
TEST_F(OpenDatasetTest, LaidShardsAreWhatTheyWereLaidAs) {
  const DatasetSpec spec = spec_of(LayoutKind::kWebdataset, Content::kRaw, 104 * 7, 100);
  lay(spec);
  const OpenedDataset whole = open(spec);
  EXPECT_EQ(whole.damaged_files, 0u);
  const Layout& truth = *whole.layout;
  fs::remove(base_ / truth.path(1));
  fs::resize_file(base_ / truth.path(2), 100);
  fs::resize_file(base_ / truth.path(3), truth.file_size(3) + 1);
  const OpenedDataset some = open(spec);
  EXPECT_EQ(some.damaged_files, 3u);
  ASSERT_EQ(some.damaged.size(), 3u);
  EXPECT_EQ(some.damaged[0].what, "it is gone");
  EXPECT_THAT(some.damaged[1].what, HasSubstr("it holds 100 bytes"));
  EXPECT_EQ(some.damaged[2].path, truth.path(3));
  EXPECT_EQ(some.layout->samples(), 104u * 7);
  EXPECT_THAT(how_to_mend(some), HasSubstr("'aforo generate'"));
  for (FileId file = 4; file < 104; ++file) fs::resize_file(base_ / truth.path(file), 20);
  const OpenedDataset many = open(spec);
  EXPECT_EQ(many.damaged_files, 103u);
  ASSERT_EQ(many.damaged.size(), OpenedDataset::kDamagedNamed);
  EXPECT_EQ(many.damaged.back().path, truth.path(100));
}

TEST_F(OpenDatasetTest, NothingToOpenIsSaidPlainly) {
  const DatasetSpec wanted = spec_of(LayoutKind::kFilePerSample, Content::kRaw, 1, 1);
  EXPECT_THAT(sentence(wanted), HasSubstr("found no files"));
  fs::remove_all(base_);
  EXPECT_THAT(sentence(wanted), HasSubstr("found no "));
  std::ofstream(base_.string()) << "x";
  EXPECT_THAT(sentence(wanted), HasSubstr("found a file"));
}

}  // namespace
}  // namespace aforo
