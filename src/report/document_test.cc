#include "report/document.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

TEST(Document, RowsGoTogetherUntilAnotherBlock) {
  Document doc;
  doc.section("Storage");
  doc.row("requested", value_of(16, Unit::kBytes));
  doc.row("from storage", value_of(8, Unit::kBytes), "half from cache");
  doc.append(Text{"a remark"});
  doc.row("open", value_of(0.05, Unit::kFraction));
  ASSERT_EQ(doc.sections.size(), 1U);
  const auto& blocks = doc.sections[0].blocks;
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(std::get<Rows>(blocks[0]).rows.size(), 2U);
  EXPECT_EQ(std::get<Rows>(blocks[0]).rows[1].note.text, "half from cache");
  EXPECT_EQ(std::get<Rows>(blocks[2]).rows[0].value.number, 0.05);
}

TEST(Document, WhatIsUnknownOrEmptyIsNotThere) {
  Document doc;
  doc.section("Nothing known");
  doc.row("throughput", Value());
  doc.append(Table{});
  doc.append(Bars{});
  doc.append(List{});
  doc.append(Explained{});
  doc.append(Code{"yaml", ""});
  doc.append(Chart{});
  doc.append(TimelineChart{});
  EXPECT_TRUE(doc.sections[0].blocks.empty());
}

TEST(Document, BlocksWithoutASectionHaveOneWithoutHeading) {
  Document doc;
  doc.row("steps", value_of(3, Unit::kCount));
  ASSERT_EQ(doc.sections.size(), 1U);
  EXPECT_EQ(doc.sections[0].heading, "");
}

}  // namespace
}  // namespace aforo
