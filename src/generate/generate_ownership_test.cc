// Other people's data inside a place that carries aforo's marker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "generate/generate_test.h"

namespace aforo {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// As snapshot tools leave it: a sample's name leads to a file that somebody needs.
TEST_F(GenerateTest, AnOutsideFileAtASamplesNameIsLeftAndNamedByAll) {
  const auto wanted = options(base_ / "d", 250, 3000);
  generate_all(wanted);
  const std::string sample = content(base_ / "d").rbegin()->first;
  std::ofstream(base_ / "thesis.tex") << "precious";
  fs::remove(base_ / "d" / sample);
  fs::create_hard_link(base_ / "thesis.tex", base_ / "d" / sample);
  const GenerateOutcome again = generate(wanted, {}, {});
  EXPECT_TRUE(again.partial);
  EXPECT_THAT(again.error, AllOf(HasSubstr(sample), HasSubstr("a file of 8 B"), HasSubstr("move it away")));
  EXPECT_EQ(fs::file_size(base_ / "thesis.tex"), 8u);
  EXPECT_EQ(fs::hard_link_count(base_ / "thesis.tex"), 2u);
  const Json record = delete_generated(base_ / "d", false, {}, {}).record;
  EXPECT_EQ(record["files"], 249);
  EXPECT_EQ(record["foreign_examples"][0], sample);
  EXPECT_EQ(content(base_ / "d").at(sample), "precious");
}

// A hard link to a whole sample, as `cp -al` makes: what is laid again is a new file, and the old bytes stay.
TEST_F(GenerateTest, ASnapshotOfADatasetKeepsItsBytes) {
  const auto wanted = options(base_ / "d", 20, 3000);
  generate_all(wanted);
  const std::string sample = content(base_ / "d").begin()->first;
  const std::string other(fs::file_size(base_ / "d" / sample), 'x');
  std::ofstream(base_ / "d" / sample) << other;
  fs::create_hard_link(base_ / "d" / sample, base_ / "snapshot");
  Manifest mark = manifest(base_ / "d");
  mark.state = Manifest::State::kPartial;
  mark.files_written = 0;
  std::ofstream(base_ / "d" / kManifestName) << write_manifest(mark);
  EXPECT_EQ(generate_all(wanted)["files_written"], 1);
  std::ifstream in(base_ / "snapshot");
  EXPECT_EQ(in.get(), 'x');
}

TEST_F(GenerateTest, AMarkerOfAnotherPlaceIsNoRightToThisOne) {
  const auto wanted = options(base_ / "d", 20, 3000);
  generate_all(wanted);
  for (const bool linked : {true, false}) {
    const fs::path home = base_ / (linked ? "linked" : "copied");
    fs::create_directory(home);
    std::ofstream(home / "thesis.tex") << "precious";
    if (linked)
      fs::create_symlink(base_ / "d" / kManifestName, home / kManifestName);
    else
      fs::copy_file(base_ / "d" / kManifestName, home / kManifestName);
    auto there = wanted;
    there.directory = home;
    EXPECT_THAT(sentence([&] { generate_all(there); }), HasSubstr(linked ? "other files" : "thesis.tex"));
    EXPECT_EQ(content(home).size(), 1u);
    if (linked) {
      EXPECT_NE(sentence([&] { delete_generated(home, false, {}, {}); }), "");
    }
    EXPECT_TRUE(fs::exists(fs::symlink_status(home / kManifestName)));
  }
}

// A power cut leaves a marker of no bytes, of zeros or of a part; the call that laid the dataset mends it, looking at
// every byte, and the place can be taken away again.
TEST_F(GenerateTest, AMarkerThatAPowerCutLostIsMendedByTheSameCall) {
  auto wanted = options(base_ / "d", 200, 3000);
  wanted.workload.dataset.layout = LayoutKind::kTfrecord;
  wanted.workload.dataset.samples_per_file = 10;
  generate_all(wanted);
  const auto before = content(base_ / "d");
  const std::string whole = write_manifest(manifest(base_ / "d"));
  for (const std::string& left : {std::string(), std::string(whole.size(), '\0'), whole.substr(0, 100)}) {
    std::ofstream(base_ / "d" / kManifestName) << left;
    const std::string name = before.begin()->first;
    std::ofstream(base_ / "d" / name) << std::string(before.at(name).size(), '\0');
    EXPECT_THAT(sentence([&] { delete_generated(base_ / "d", false, {}, {}); }),
                AllOf(HasSubstr("power cut"), HasSubstr("generate")));
    EXPECT_EQ(plan_generate(wanted).record["files_already_written"], 0);
    EXPECT_EQ(generate_all(wanted)["files_written"], 1);
    EXPECT_TRUE(before == content(base_ / "d"));
    EXPECT_EQ(write_manifest(manifest(base_ / "d")), whole);
  }
  delete_generated(base_ / "d", false, {}, {});
  EXPECT_TRUE(fs::is_empty(base_ / "d"));
}

TEST_F(GenerateTest, ALostMarkerBesideOtherFilesIsNoRight) {
  const auto wanted = options(base_ / "d", 20, 3000);
  generate_all(wanted);
  std::ofstream(base_ / "d" / kManifestName) << "";
  std::ofstream(base_ / "d" / "d00000" / "thesis.tex") << "precious";
  const auto before = content(base_ / "d");
  EXPECT_THAT(sentence([&] { generate_all(wanted); }), HasSubstr("d00000/thesis.tex"));
  EXPECT_TRUE(before == content(base_ / "d"));
}

}  // namespace
}  // namespace aforo
