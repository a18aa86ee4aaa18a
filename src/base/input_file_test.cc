#include "base/input_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/test_directory.h"

namespace aforo {
namespace {

std::string refusal_of(const std::string& path) {
  try {
    read_input_file(path, "storage file", "; aforo probe writes one");
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(InputFile, GivesTheBytesAsTheyAre) {
  const TestDirectory directory;
  const std::string path = directory / "a.yaml", bytes("a: 1\r\n\0\xff", 8);
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_EQ(read_input_file(path, "workload file"), bytes);
  std::ofstream(path, std::ios::binary | std::ios::trunc);
  EXPECT_EQ(read_input_file(path, "workload file"), "");
}

TEST(InputFile, SaysWhatIsInTheWay) {
  const TestDirectory directory;
  EXPECT_EQ(refusal_of("no/such.yaml"),
            "no/such.yaml: expected a storage file, found none; aforo probe writes one");
  EXPECT_EQ(refusal_of(directory.path()), directory.path() + ": expected a storage file, found a directory");
  EXPECT_EQ(refusal_of("/dev/zero"), "/dev/zero: expected a storage file of at most 64 MiB, found more");
}

}  // namespace
}  // namespace aforo
