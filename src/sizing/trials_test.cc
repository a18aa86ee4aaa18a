#include "sizing/trials.h"

#include <gtest/gtest.h>

#include "sizing/test_kit.h"

namespace aforo {
namespace {

// Ten disks a server that read so much together; `parity` makes other parts of it.
Design disks(double read, std::uint32_t parity = 3) {
  Design d;
  d.family = Family::kHdd;
  d.main = disk_shelf(100, 10);
  d.main.parity = parity;
  d.read = {read};
  return d;
}

Design on_other_disks(double read) {
  static const Drive other = test_disk();
  Design d = disks(read);
  d.main.drive = &other;
  return d;
}

// 100 failed: of the same parts 99 fails for certain. Of others of the family, what reads up to 120 waits;
// another family has nothing to do with it.
TEST(Trials, AFailureMakesItsFamilyWait) {
  Trials trials;
  EXPECT_FALSE(trials.refuses(disks(99)));
  trials.failed(disks(100));
  for (const double read : {50.0, 99.0, 100.0, 119.0}) {
    EXPECT_TRUE(trials.refuses(disks(read))) << read;
    EXPECT_TRUE(trials.refuses(disks(read, 2))) << read;
    EXPECT_TRUE(trials.refuses(on_other_disks(read))) << read;
  }
  EXPECT_FALSE(trials.refuses(disks(121)));
  EXPECT_FALSE(trials.refuses(disks(121, 2)));
  Design flash = disks(50);
  flash.family = Family::kFlashTlc;
  EXPECT_FALSE(trials.refuses(flash));
}

// Steps of 1.2 for four failures and of 1.44 for the next four.
TEST(Trials, AFamilyIsSoonOutgrown) {
  Trials trials;
  for (int i = 0; i < 4; ++i) trials.failed(disks(100 + i));
  EXPECT_TRUE(trials.refuses(disks(123)));
  EXPECT_FALSE(trials.refuses(disks(124)));
  trials.failed(disks(100));
  EXPECT_TRUE(trials.refuses(disks(143)));
  EXPECT_FALSE(trials.refuses(disks(145)));
}

// 160 passed. That 200 of other parts or other disks failed does not take it away, nor what reads no less than
// it; of those disks that failed, others wait.
TEST(Trials, WhatPassedSpeaksForItsDrives) {
  Trials trials;
  trials.passed(disks(160));
  trials.failed(disks(200, 2));
  trials.failed(on_other_disks(200));
  EXPECT_FALSE(trials.refuses(disks(160)));
  EXPECT_FALSE(trials.refuses(disks(170, 1)));
  EXPECT_TRUE(trials.refuses(disks(150)));
  EXPECT_TRUE(trials.refuses(on_other_disks(230)));
  EXPECT_FALSE(trials.refuses(on_other_disks(241)));
}

// Of the same parts a larger one failed and a smaller one passed: a simulation's error, and the pass counts.
TEST(Trials, APassCountsWhereSimulationsContradict) {
  Trials trials;
  trials.failed(disks(110));
  trials.passed(disks(100));
  EXPECT_FALSE(trials.refuses(disks(105)));
  EXPECT_TRUE(trials.refuses(disks(99)));
}

// Between 90 that failed and 160 that passed: from sqrt(90 x 160) = 120 on. Where nothing passed, from 90 x
// sqrt(1.2) = 98.6 on. What is certain to fail stays out.
TEST(Trials, HalfWayBetweenFailureAndPass) {
  Trials trials;
  trials.failed(disks(90));
  EXPECT_TRUE(trials.refuses_between(disks(98, 2)));
  EXPECT_FALSE(trials.refuses_between(disks(99, 2)));
  trials.passed(disks(160));
  for (const std::uint32_t parity : {2U, 3U}) {
    EXPECT_TRUE(trials.refuses_between(disks(119, parity)));
    EXPECT_FALSE(trials.refuses_between(disks(121, parity)));
  }
  trials.failed(disks(121));
  EXPECT_TRUE(trials.refuses_between(disks(121)));
  EXPECT_TRUE(trials.refuses_between(disks(139))) << "sqrt(121 x 160) = 139.1";
  EXPECT_FALSE(trials.refuses_between(disks(140)));
}

// More seeks from the same drives: other cards or protection are other parts of the same drives.
TEST(Trials, PartsAndDrives) {
  EXPECT_TRUE(same_parts(disks(1), disks(2)));
  Design more = disks(1);
  more.main.drives = 110;
  more.main.nodes = 11;
  EXPECT_TRUE(same_parts(disks(1), more)) << "ten in each server";
  more.main.nodes = 10;
  EXPECT_FALSE(same_parts(disks(1), more)) << "eleven";
  EXPECT_FALSE(same_parts(disks(1), disks(1, 2)));
  EXPECT_TRUE(same_drives(disks(1), disks(1, 2)));
  EXPECT_FALSE(same_drives(disks(1), on_other_disks(1)));
}

}  // namespace
}  // namespace aforo
