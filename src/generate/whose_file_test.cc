#include "generate/whose_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "base/test_directory.h"
#include "storage/open_store.h"
#include "storage/store.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

// Files of 10,000 bytes: two blocks of 4096 and 1808 bytes.
class WhoseFileTest : public testing::Test {
 protected:
  void SetUp() override {
    owned_ = open_store(base_ / "d")->own("marker");
    std::vector<std::byte> bytes(layout_.file_size(0));
    layout_.open_file(0)->fill(0, bytes);
    whole_.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    fs::create_directories((base_ / "d" / layout_.path(0)).parent_path());
  }
  static DatasetSpec spec() {
    DatasetSpec spec;
    spec.samples = 4;
    spec.sample_size = {LawKind::kConstant, 10'000, 0, 0, 0, {}};
    return spec;
  }
  Whose with(const std::string& text) {
    std::ofstream(base_ / "d" / layout_.path(0), std::ios::binary) << text;
    return whose_data(*owned_, layout_, 0);
  }

  TestDirectory directory_of_test_;
  fs::path base_{directory_of_test_.path()};
  GeneratedLayout layout_{spec(), dataset_id_of(spec())};
  std::unique_ptr<Owned> owned_;
  std::string whole_;
};

TEST_F(WhoseFileTest, AFileOfItsSizeIsOurs) {
  EXPECT_EQ(whose_data(*owned_, layout_, 0), Whose::kNobodys);
  EXPECT_EQ(with(whole_), Whose::kOurs);
}

TEST_F(WhoseFileTest, WhatAKillOrAPowerCutLeavesIsTorn) {
  EXPECT_EQ(with(""), Whose::kTorn);
  EXPECT_EQ(with(whole_.substr(0, 1)), Whose::kTorn);
  EXPECT_EQ(with(whole_.substr(0, 9999)), Whose::kTorn);
  EXPECT_EQ(with(std::string(9999, '\0')), Whose::kTorn);
  // The first block has been lost, the second not.
  EXPECT_EQ(with(std::string(4096, '\0') + whole_.substr(4096, 4096)), Whose::kTorn);
}

TEST_F(WhoseFileTest, AnythingElseIsForeign) {
  EXPECT_EQ(with("my thesis"), Whose::kForeign);
  EXPECT_EQ(with(whole_ + "x"), Whose::kForeign);
  std::string other = whole_.substr(0, 9000);
  other[8999] = static_cast<char>(other[8999] ^ 1);
  EXPECT_EQ(with(other), Whose::kForeign);
  fs::remove(base_ / "d" / layout_.path(0));
  ASSERT_EQ(::mkfifo((base_ / "d" / layout_.path(0)).c_str(), 0600), 0);
  EXPECT_EQ(whose_data(*owned_, layout_, 0), Whose::kForeign);
}

TEST_F(WhoseFileTest, AnIndexIsHeldToItsText) {
  DatasetSpec packed = spec();
  packed.layout = LayoutKind::kTfrecord;
  packed.samples_per_file = 4;
  const GeneratedLayout shards(packed, dataset_id_of(packed));
  const fs::path index = base_ / "d" / shards.index_path(0);
  const std::string text = shards.index_text(0);
  std::ofstream(index) << text;
  EXPECT_EQ(whose_index(*owned_, shards, 0), Whose::kOurs);
  std::ofstream(index) << text.substr(0, 3);
  EXPECT_EQ(whose_index(*owned_, shards, 0), Whose::kTorn);
  std::ofstream(index) << "x";
  EXPECT_EQ(whose_index(*owned_, shards, 0), Whose::kForeign);
}

}  // namespace
}  // namespace aforo
