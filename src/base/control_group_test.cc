#include "base/control_group.h"

#include <gtest/gtest.h>

#include <thread>

namespace aforo {
namespace {

TEST(ControlGroup, MaxIsNoNumber) {
  EXPECT_EQ(whole_number("max\n"), std::nullopt);
  EXPECT_EQ(whole_number(" 12\n"), 12u);
  EXPECT_EQ(whole_number("12x"), std::nullopt);
  EXPECT_EQ(whole_number(""), std::nullopt);
}

TEST(ControlGroup, FindsTheGroupOfAController) {
  const char* text = "5:memory:/jobs/7\n4:cpu,cpuacct:/jobs\n0::/user.slice\n";
  EXPECT_EQ(control_group_path(text, "memory"), "/jobs/7");
  EXPECT_EQ(control_group_path(text, "cpu"), "/jobs");
  EXPECT_EQ(control_group_path(text, ""), "/user.slice");
  EXPECT_EQ(control_group_path(text, "pids"), std::nullopt);
}

TEST(ControlGroup, AQuotaIsCores) {
  EXPECT_DOUBLE_EQ(*cpu_quota("150000 100000\n"), 1.5);
  EXPECT_EQ(cpu_quota("max 100000\n"), std::nullopt);
  EXPECT_EQ(cpu_quota("150000"), std::nullopt);
  EXPECT_EQ(cpu_quota("150000 0"), std::nullopt);
}

TEST(ControlGroup, WhatCannotBeReadIsAbsent) {
  EXPECT_EQ(read_kernel_file("/proc/no-such-file"), std::nullopt);
  // Opened, and then read with an error, as a process's file is that ends meanwhile.
  EXPECT_EQ(read_kernel_file("/proc/self"), std::nullopt);
  EXPECT_EQ(read_kernel_file("/proc/self/mem"), std::nullopt);
  EXPECT_EQ(number_in("/proc/no-such-file"), std::nullopt);
}

// A process has a core, and no more than its machine has.
TEST(ControlGroup, CoresAreThoseThatMayBeUsed) {
  EXPECT_GE(available_cores(), 1u);
  EXPECT_LE(available_cores(), std::max(1u, std::thread::hardware_concurrency()));
}

TEST(ControlGroup, AThreadStaysOnTheCoreItIsGiven) {
  const std::vector<unsigned> all = allowed_cores();
  ASSERT_FALSE(all.empty());
  std::thread([&] {
    EXPECT_TRUE(stay_on_core(all.back()));
    EXPECT_EQ(allowed_cores(), std::vector<unsigned>{all.back()});
    EXPECT_FALSE(stay_on_core(1u << 30));
    EXPECT_EQ(allowed_cores(), std::vector<unsigned>{all.back()});
  }).join();
  EXPECT_EQ(allowed_cores(), all);  // of that thread alone
}

}  // namespace
}  // namespace aforo
