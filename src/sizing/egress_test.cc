#include "sizing/egress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sizing/extra_lines.h"
#include "sizing/need.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

Design keeping(const char* service, double bytes) {
  Design out;
  out.family = Family::kCloudObject;
  for (const CloudService& s : Catalogue::shipped().services())
    if (s.name == service) out.service = &s;
  out.bought = Bytes{static_cast<std::uint64_t>(bytes)};
  return out;
}

double costs(const char* service, double bytes, double kept = 0) {
  return leaving_costs(keeping(service, kept), bytes, PriceBook::shipped());
}

// AWS: 10,000 GB x 0.09 + 40,000 x 0.085 + 100,000 x 0.07 + 70,000 x 0.05 = 900 + 3,400 + 7,000 + 3,500 = 14,800
// USD for 220 TB, not 19,800. Google, bands of 10 and 150 TiB: 10,995 x 0.12 + 153,932 x 0.11 + 62,573 x 0.08 =
// 1,319.4 + 16,932.5 + 5,005.8 for 227.5 TB. Azure: 870 + 3,320 + 7,000 + 3,500. Less than a band is the first price.
TEST(Egress, FallsWithWhatLeaves) {
  EXPECT_NEAR(costs("aws-s3-standard", 220e12), 14'800, 1e-6);
  EXPECT_NEAR(costs("gcp-gcs-standard", 227.5e12), 23'257.8, 0.1);
  EXPECT_NEAR(costs("azure-blob-hot", 220e12), 14'690, 1e-6);
  EXPECT_NEAR(costs("backblaze-b2", 220e12), 2'200, 1e-6) << "nothing kept, nothing free of charge";
  EXPECT_NEAR(costs("aws-s3-standard", 5e12), 450, 1e-6);
  EXPECT_EQ(costs("aws-s3-standard", 0), 0);
}

// Three times the 100 TB that are kept leave free of charge, of 400 TB a fourth is paid: 100,000 GB x 0.01. A quarter
// of it all costs a quarter. AWS gives nothing away.
TEST(Egress, IsFreeForSoManyTimesWhatIsKept) {
  EXPECT_EQ(costs("backblaze-b2", 300e12, 100e12), 0);
  EXPECT_NEAR(costs("backblaze-b2", 400e12, 100e12), 1'000, 1e-6);
  EXPECT_NEAR(leaving_costs(keeping("backblaze-b2", 100e12), 400e12, PriceBook::shipped(), 0.25), 250, 1e-6);
  EXPECT_NEAR(costs("aws-s3-standard", 220e12, 220e12), 14'800, 1e-6);
  EXPECT_DOUBLE_EQ(kept_for_egress(*keeping("backblaze-b2", 0).service, 300e12), 100e12);
  EXPECT_DOUBLE_EQ(kept_for_egress(*keeping("aws-s3-standard", 0).service, 300e12), 0);
}

// A copy and a backup of what is kept are sent once each: within what leaves free of charge.
TEST(Egress, ACopyAndABackupLeaveFreeOfChargeToo) {
  SizingAsk ask = plain_ask();
  ask.place = Place::kCloud;  // a region is a site
  ask.extras.copies = 2;
  ask.extras.backup = Backup::kArchive;
  const Need need = need_of(ask);
  const auto sent = [&](const char* service) {
    Bill bill;
    add_extra_lines(keeping(service, static_cast<double>(need.capacity.value)), need, 0, PriceBook::shipped(),
                    bill);
    double sum = 0;
    for (const BillLine& line : bill.lines)
      if (line.label.find("sent once") != std::string::npos) sum += line.month;
    return sum;
  };
  EXPECT_EQ(sent("backblaze-b2"), 0);
  EXPECT_GT(sent("aws-s3-standard"), 0);
}

}  // namespace
}  // namespace aforo
