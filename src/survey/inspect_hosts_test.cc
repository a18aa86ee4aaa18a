// Several hosts inspect one dataset, as threads of this process: they find what one finds.
#include "survey/inspect_hosts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/test_directory.h"
#include "generate/generate_command.h"
#include "hosts/test_crews.h"
#include "survey/inspect_command.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class InspectHostsTest : public testing::Test {
 protected:
  void lay(const DatasetSpec& spec, const fs::path& place) const {
    GenerateOptions options;
    options.workload.dataset = spec;
    options.directory = place;
    generate(options, {}, {});
  }
  // The Record of the first; `places` by host.
  Json together(const std::vector<fs::path>& places) {
    TestHub hub(static_cast<std::uint32_t>(places.size()));
    Json first;
    said_ = said_by_crews(hub, [&](Crew& crew) {
      InspectOutcome mine = inspect({places[crew.host()], 2}, {}, {}, &crew);
      if (crew.first()) first = std::move(mine.record);
    });
    return first;
  }
  // Everything that is no time, and what is reckoned from sums of squares, which add up in another order, rounded.
  static Json plain(Json record) {
    for (const char* key : {"started", "scan_seconds", "hosts"}) record.erase(key);
    for (const char* key : {"mean", "stddev"})
      record["sizes"][key] = std::round(record["sizes"][key].get<double>() * 1e6);
    record["law_distance"] = std::round(record["law_distance"].get<double>() * 1e9);
    return record;
  }

  TestDirectory directory_of_test_{TestDirectory::On::kMemory};
  fs::path base_{directory_of_test_.path()};
  std::vector<std::string> said_;
};

DatasetSpec spec_of(LayoutKind layout) {
  DatasetSpec spec;
  spec.layout = layout;
  spec.content = Content::kJpeg;
  spec.samples = 600;
  spec.samples_per_file = layout == LayoutKind::kFilePerSample ? 1 : 12;
  spec.files_per_directory = 100;
  spec.sample_size = {LawKind::kLognormal, 4000, 1000, 0, 0, {}};
  return spec;
}

TEST_F(InspectHostsTest, FindsWhatOneFinds) {
  for (const LayoutKind layout :
       {LayoutKind::kFilePerSample, LayoutKind::kTfrecord, LayoutKind::kWebdataset}) {
    const fs::path place = base_ / to_string(layout);
    lay(with_made_content(spec_of(layout)), place);
    const Json one = inspect({place, 2}, {}, {}).record;
    for (const std::size_t hosts : {2u, 3u, 5u}) {
      const Json record = together(std::vector<fs::path>(hosts, place));
      EXPECT_EQ(said_, std::vector<std::string>(hosts));
      EXPECT_EQ(plain(record).dump(1), plain(one).dump(1)) << to_string(layout);
      std::uint64_t files = 0;
      for (const Json& host : record["hosts"]) {
        EXPECT_GT(host["files"], 0);
        files += host["files"].get<std::uint64_t>();
      }
      EXPECT_EQ(files, record["files"]);
    }
  }
}

TEST_F(InspectHostsTest, FindsDamageWhereverItIs) {
  lay(with_made_content(spec_of(LayoutKind::kTfrecord)), base_);
  for (const char* name : {"shard-00007.tfrecord", "shard-00020.tfrecord", "shard-00031.tfrecord"}) {
    fs::remove(base_ / (std::string(name) + ".idx"));
    fs::resize_file(base_ / name, fs::file_size(base_ / name) - 100);
  }
  const Json one = inspect({base_, 2}, {}, {}).record;
  EXPECT_THAT(one["warnings"].dump(), HasSubstr("3 files are damaged, such as shard-00007.tfrecord"));
  EXPECT_EQ(plain(together({base_, base_, base_})).dump(1), plain(one).dump(1));
}

TEST_F(InspectHostsTest, AHostThatSeesOtherFilesIsNamed) {
  lay(with_made_content(spec_of(LayoutKind::kFilePerSample)), base_ / "d");
  fs::copy(base_ / "d", base_ / "other", fs::copy_options::recursive);
  together({base_ / "d", base_ / "other"});
  EXPECT_EQ(said_, std::vector<std::string>(2));  // a copy is as good
  std::ofstream(base_ / "other/d00002/s0000000234.jpg", std::ios::app) << "more";
  together({base_ / "d", base_ / "d", base_ / "other"});
  EXPECT_THAT(said_[0], AllOf(HasSubstr("expected the same files on all hosts"), HasSubstr("b (process 2)"),
                              HasSubstr("s0000000234.jpg")));
  EXPECT_EQ(said_[1] + said_[2], "");
  fs::remove(base_ / "other/d00002/s0000000234.jpg");
  together({base_ / "d", base_ / "other"});
  EXPECT_THAT(said_[0], HasSubstr("s0000000234.jpg"));
  together({base_ / "d", base_ / "none"});
  EXPECT_THAT(said_[0], HasSubstr("b: "));
}

TEST_F(InspectHostsTest, AHostThatIsGoneIsNamed) {
  lay(spec_of(LayoutKind::kFilePerSample), base_);
  TestHub hub(3);
  const auto said = said_by_crews(
      hub,
      [&](Crew& crew) {
        if (crew.host() == 2)
          hub.cut(2);
        else
          inspect({base_, 2}, {}, {}, &crew);
      },
      Seconds{2});
  EXPECT_THAT(said[0], HasSubstr("expected b (process 2) to answer, found it gone"));
  EXPECT_EQ(said[1], "");
}

TEST_F(InspectHostsTest, NothingThereIsSaidOnce) {
  fs::create_directories(base_ / "d");
  together({base_ / "d", base_ / "d"});
  EXPECT_THAT(said_[0], HasSubstr("expected files in"));
  EXPECT_EQ(said_[1], "");
}

}  // namespace
}  // namespace aforo
