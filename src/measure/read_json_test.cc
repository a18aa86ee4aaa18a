#include "measure/read_json.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace aforo {
namespace {

TEST(ReadJson, IsBounded) {
  EXPECT_THROW(read_json(std::string(1'000'000, '['), "x"), UserError);
  std::string keys = "{";
  for (int i = 0; i < 5000; ++i) keys += "\"k" + std::to_string(i) + "\": 1,";
  keys.back() = '}';
  EXPECT_THROW(read_json(keys, "x"), UserError);
  EXPECT_NO_THROW(read_json(std::string(64, '[') + std::string(64, ']'), "x"));
}

}  // namespace
}  // namespace aforo
