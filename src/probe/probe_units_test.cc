// What readers take one after another: everything once, in pieces that fit together.
#include "probe/probe_units.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "dataset/scanned_layout.h"

namespace aforo {
namespace {

TEST(ProbeCursor, HandsOutEveryUnitOnceThenNothing) {
  ProbeCursor cursor(10, 1, false);
  std::set<std::uint64_t> seen;
  while (const auto unit = cursor.next()) EXPECT_TRUE(seen.insert(*unit).second);
  EXPECT_EQ(seen.size(), 10u);
  EXPECT_EQ(cursor.left(), 0u);
  cursor.rewind();
  EXPECT_EQ(cursor.left(), 10u);
  EXPECT_EQ(cursor.taken(), 0u);
}

TEST(ProbeCursor, KnowsWhatItHandedOut) {
  ProbeCursor cursor(10, 1, false);
  EXPECT_TRUE(cursor.taken_units().empty());
  const std::uint64_t first = *cursor.next(), second = *cursor.next();
  EXPECT_EQ(cursor.taken_units(), (std::vector{first, second}));
  for (int i = 0; i < 20; ++i) cursor.next();  // far beyond the end
  EXPECT_EQ(cursor.taken_units().size(), 10u);
  cursor.rewind();
  EXPECT_TRUE(cursor.taken_units().empty());
}

TEST(ProbeCursor, HandsOutWhatWasChosen) {
  ProbeCursor cursor(std::vector<std::uint64_t>{7, 3});
  EXPECT_EQ(cursor.next(), 7u);
  EXPECT_EQ(cursor.next(), 3u);
  EXPECT_FALSE(cursor.next());
  EXPECT_EQ(cursor.taken_units(), (std::vector<std::uint64_t>{7, 3}));
  EXPECT_FALSE(ProbeCursor(std::vector<std::uint64_t>{}).next());
}

TEST(ProbeCursor, WrapsWhereDataComeFromTheCache) {
  ProbeCursor cursor(3, 1, true);
  std::map<std::uint64_t, int> seen;
  for (int i = 0; i < 9; ++i) ++seen[*cursor.next()];
  for (const auto& [unit, times] : seen) EXPECT_EQ(times, 3) << unit;
  EXPECT_FALSE(ProbeCursor(0, 1, true).next());
}

// Pieces of at least 16 requests of 4 kB: files of 100 kB and 64 kB are 2 pieces (65,536
// B and the rest) and 1.
TEST(ProbeUnits, PiecesCoverEveryFileWithoutOverlap) {
  ScannedLayoutBuilder builder(LayoutKind::kRecords, Content::kOther, 1000);
  builder.add("a", 100'000);
  builder.add("b", 64'000);
  const auto layout = builder.build();
  const ProbeUnits units(*layout, ReadKind::kStream, 2, 4096);
  ASSERT_EQ(units.size(), 3u);
  EXPECT_EQ(units.piece(0).end, 65'536u);
  EXPECT_EQ(units.piece(1).file, 0u);
  EXPECT_EQ(units.piece(1).begin, 65'536u);
  EXPECT_EQ(units.piece(1).end, 100'000u);
  EXPECT_EQ(units.piece(2).file, 1u);
  EXPECT_EQ(units.piece(2).end, 64'000u);
  EXPECT_EQ(units.holding(1e9), 3u);
  EXPECT_EQ(units.holding(1), 1u);
  EXPECT_EQ(units.files_of({1, 0}), (std::vector<FileId>{0}));
  EXPECT_EQ(units.files_of({2, 1}), (std::vector<FileId>{0, 1}));
}

// Only the first files are there: their samples are units, the others' are not.
TEST(ProbeUnits, LeavesOutFilesThatAreNotThere) {
  ScannedLayoutBuilder builder(LayoutKind::kFilePerSample, Content::kRaw);
  for (const char* name : {"a", "b", "c"}) builder.add(name, 1000);
  const auto layout = builder.build();
  EXPECT_EQ(ProbeUnits(*layout, ReadKind::kFile, 2, 4096).size(), 2u);
  EXPECT_EQ(ProbeUnits(*layout, ReadKind::kFile, 3, 4096).size(), 3u);
}

}  // namespace
}  // namespace aforo
