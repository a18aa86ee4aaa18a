#include "dataset/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Manifest example() {
  Manifest m;
  m.id = {0x1234, 0xabcd};
  m.aforo_version = "0.1.0";
  m.dataset_yaml = "dataset:\n  layout: tfrecord\n  samples: 1000\n";
  m.state = Manifest::State::kPartial;
  m.samples = 1000;
  m.files = 10;
  m.files_written = 3;
  m.totals = {123456, 200};
  return m;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text) {
  try {
    parse_manifest(text, "data/aforo-dataset.json");
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Manifest, ReadsWhatItWrote) {
  auto m = example();
  EXPECT_EQ(parse_manifest(write_manifest(m), "x"), m);
  m.state = Manifest::State::kComplete;
  m.files_written = 10;
  EXPECT_EQ(parse_manifest(write_manifest(m), "x"), m);
}

TEST(Manifest, RefusesEverythingElseWithTheFilesName) {
  const std::string good = write_manifest(example());
  EXPECT_THAT(error_of("hello"), StartsWith("data/aforo-dataset.json: not a manifest of aforo"));
  EXPECT_THAT(error_of(""), HasSubstr("not a manifest"));
  EXPECT_THAT(error_of("[]"), HasSubstr("expected an object"));
  EXPECT_THAT(error_of("{}"), HasSubstr("key 'schema' is missing"));
  EXPECT_THAT(error_of(good.substr(0, good.size() / 2)), HasSubstr("not a manifest"));
  EXPECT_THAT(error_of(replaced(good, "aforo-dataset/1", "aforo-dataset/2")),
              HasSubstr("found 'aforo-dataset/2'"));
  EXPECT_THAT(error_of(replaced(good, "\"samples\": 1000", "\"samples\": \"1000\"")),
              HasSubstr("samples: expected a"));
  EXPECT_THAT(error_of(replaced(good, "\"samples\": 1000", "\"samples\": -1")),
              HasSubstr("samples: expected a"));
  EXPECT_THAT(error_of(replaced(good, "\"state\": \"partial\"", "\"state\": \"done\"")),
              HasSubstr("found 'done'"));
  EXPECT_THAT(error_of(replaced(good, "000000000000abcd", "00000000000abcd")),
              HasSubstr("32 hexadecimal digits"));
  EXPECT_THAT(error_of(replaced(good, "\"files\"", "\"fils\"")), HasSubstr("unknown key 'fils'"));
}

TEST(Manifest, RefusesContradictions) {
  const auto contradiction = HasSubstr("contradict each other");
  const std::string good = write_manifest(example());
  EXPECT_THAT(error_of(replaced(good, "\"files_written\": 3", "\"files_written\": 11")), contradiction);
  EXPECT_THAT(error_of(replaced(good, "\"state\": \"partial\"", "\"state\": \"complete\"")), contradiction);
  EXPECT_THAT(error_of(replaced(good, "\"samples\": 1000", "\"samples\": 9")), contradiction);
  EXPECT_THAT(error_of(replaced(good, "\"total_bytes\": 123456", "\"total_bytes\": 100")), contradiction);
}

}  // namespace
}  // namespace aforo
