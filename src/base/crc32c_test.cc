#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace aforo {
namespace {

std::uint32_t crc_of(std::string_view text, std::uint32_t before = 0) {
  return crc32c(std::as_bytes(std::span(text)), before);
}

// Of RFC 3720, B.4: 32 bytes of zeros, of ones, and counted up; and the usual check.
TEST(Crc32c, IsCastagnolis) {
  std::string counted(32, '\0');
  for (int i = 0; i < 32; ++i) counted[i] = static_cast<char>(i);
  EXPECT_EQ(crc_of(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc_of(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc_of(counted), 0x46dd794eu);
  EXPECT_EQ(crc_of("123456789"), 0xe3069283u);
}

TEST(Crc32c, Continues) {
  EXPECT_EQ(crc_of(""), 0u);
  EXPECT_EQ(crc_of("6789", crc_of("12345")), crc_of("123456789"));
}

}  // namespace
}  // namespace aforo
