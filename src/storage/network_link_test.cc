#include "storage/network_link.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/engine_contract.h"

namespace aforo {
namespace {

TEST(NetworkLink, TheWayToThisMachineIsItsLoopback) {
  EXPECT_EQ(link_towards("127.0.0.1"), "lo");
  EXPECT_FALSE(link_towards("nobody"));
  const auto link = read_link("lo");
  ASSERT_TRUE(link);
  EXPECT_EQ(link->name, "lo");
  EXPECT_EQ(link->bytes_per_second, 0u) << "it has no line rate";
  EXPECT_FALSE(read_link("no-such-link"));
}

TEST(NetworkLink, SaysItsLineRateInBytes) {
  TemporaryDirectory root;
  std::filesystem::create_directories(root / "eth0/statistics");
  std::ofstream(root / "eth0/statistics/rx_bytes") << "123456789012\n";
  std::ofstream(root / "eth0/speed") << "25000\n";
  const auto link = read_link("eth0", root.path());
  ASSERT_TRUE(link);
  EXPECT_EQ(link->bytes_received, 123'456'789'012u);
  EXPECT_EQ(link->bytes_per_second, 3'125'000'000u);  // 25 Gbit/s
  std::ofstream(root / "eth0/speed") << "-1\n";
  EXPECT_EQ(read_link("eth0", root.path())->bytes_per_second, 0u);
}

}  // namespace
}  // namespace aforo
