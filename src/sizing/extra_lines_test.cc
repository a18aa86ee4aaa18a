#include "sizing/extra_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sizing/money.h"
#include "sizing/shelf.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

// Round prices, and 0.02 USD/GB between regions; 5 years at 6 %: 0.2373964 / 12 a month of what is paid once.
PriceBook extra_prices() {
  PriceBook prices = round_prices();
  for (const char* price : {"backup.archive=0.004 USD/GB-month", "backup.archive.restore=0.01 USD/GB",
                            "between-regions.aws=0.02 USD/GB", "cross-zone.aws=0.02 USD/GB"})
    prices.set(price);
  return prices;
}
constexpr double kPaidOff = 0.2373964 / 12;

SizingAsk ask_with(Extras extras) {
  SizingAsk ask = plain_ask();
  ask.capacity = Bytes{100'000'000'000'000};
  ask.jobs[0].workload.dataset.sample_size = constant_law(10e6);  // files of 4 KiB beyond: 0.04 %, 100.04 TB
  ask.extras = extras;
  ask.place = Place::kCloud;
  return ask;
}

Bill bill_with(const Design& design, Extras extras) {
  const Need need = need_of(ask_with(extras));
  return bill_of(design, need, {Served{0.9, 0.9, 0.9, "", 1}}, extra_prices(), 1);
}

double extra(const Design& design, Extras extras) {
  return bill_with(design, extras).storage - bill_with(design, {}).storage;
}

Design service_design(ServiceKind kind) {
  static CloudService services[3];
  CloudService& s = services[static_cast<std::size_t>(kind)];
  s.kind = kind, s.provider = Provider::kAws, s.storage_price = "aws-s3-standard.storage";
  Design d;
  d.family = kind == ServiceKind::kObject ? Family::kCloudObject : Family::kCloudFile;
  d.service = &s;
  d.bought = Bytes{125'000'000'000'000};
  return d;
}

Design shelf_design() {
  Design d;
  d.main = flash_shelf(24, 3);
  add_shelf_costs(d.main, d.costs);
  d.costs.push_back({"cards of hosts", "nic.100", 8, "", true});
  return d;
}

// Once more what holds the data: 24 drives of 15.36 TB x 400 x 1.5 = 221,184, a spare one 6,144, three servers
// 90,000, 6 cards and ports 7,200 = 324,528 USD. What stands in the hosts is not repeated.
TEST(ExtraLines, ACopyOnPremisesIsTheShelfAgain) {
  const Design d = shelf_design();
  const Bill one = bill_with(d, {}), two = bill_with(d, {2, {}, 0}), three = bill_with(d, {3, {}, 0});
  EXPECT_NEAR(two.purchase - one.purchase, 324'528, 1e-6);
  EXPECT_NEAR(three.purchase - one.purchase, 2 * 324'528, 1e-6);
  double running = 0;  // of the first: space and power
  for (const BillLine& line : one.lines)
    if (line.purchase == 0 && !line.idle) running += line.month;
  EXPECT_GT(running, 100);
  EXPECT_NEAR(two.storage - one.storage, 324'528 * (0.2373964 + 0.15) / 12 + running, 0.1);
  EXPECT_THAT(two.lines.back().label + two.lines[two.lines.size() - 2].label, HasSubstr("second copy: "));
}

// What a price's change does to the total is what it does to all its lines, copies included.
TEST(ExtraLines, SensitivitiesHoldForCopiesToo) {
  const Design d = shelf_design();
  const Need need = need_of(ask_with({2, Backup::kArchive, 0}));
  const std::vector<Served> served{{0.9, 0.9, 0.9, "", 1}};
  for (const char* const item : {"tlc", "markup.flash", "server.flash24", "backup.archive"}) {
    const Bill now = bill_of(d, need, served, extra_prices(), 1);
    const Bill dearer = bill_of(d, need, served, extra_prices().scaled(item, 1.1), 1);
    EXPECT_NEAR(dearer.total() - now.total(), 0.1 * contributions(now, d, extra_prices()).at(item), 0.01)
        << item;
    EXPECT_EQ(items_used(now, d, extra_prices()).count(item), 1U);
  }
}

// 125,000 GB are 116,415 GiB, x 0.023 = 2,678 a month, and 100,041 GB sent at 0.02 = 2,001 USD, 39.58 a month.
TEST(ExtraLines, ACopyInTheCloudIsKeptAndSentOnce) {
  const Design d = service_design(ServiceKind::kObject);
  PriceBook prices = extra_prices();
  const double kept = 116'415.32 * prices.at("aws-s3-standard.storage").value;
  EXPECT_NEAR(extra(d, {2, {}, 0}), kept + 100'041 * 0.02 * kPaidOff, 0.1);
  EXPECT_NEAR(extra(d, {3, {}, 0}), 2 * (kept + 100'041 * 0.02 * kPaidOff), 0.2);
}

// 250 TB in files of 114.66 kB: 2.1804e9 writes at 0.005 USD a thousand, 10,902 USD once, 215.67 a month over five
// years at 6 %; twice that where a write is 0.01, or where two regions take them. Of them 1 TB is trained on.
TEST(ExtraLines, ManySmallFilesAreBroughtInOnce) {
  SizingAsk ask = ask_with({});
  ask.jobs[0].workload.dataset.sample_size = constant_law(114'660);
  ask.jobs[0].workload.dataset.samples = 8'721'437;
  ask.capacity = Bytes{250'000'000'000'000};
  PriceBook prices = extra_prices();
  prices.set("aws-s3-standard.put=0.005 USD/1k-requests");
  const auto brought_in = [&](const std::string& put_price) {
    CloudService s;
    s.provider = Provider::kAws, s.storage_price = "aws-s3-standard.storage", s.put_price = put_price;
    Design d;
    d.family = Family::kCloudObject;
    d.service = &s;
    const Bill bill = bill_of(d, need_of(ask), {Served{0.9, 0.9, 0.9, "", 1}}, prices, 1);
    for (const BillLine& line : bill.lines)
      if (line.item == put_price && !put_price.empty()) return line.month;
    return 0.0;
  };
  EXPECT_NEAR(brought_in("aws-s3-standard.put"), 10'901.8 * kPaidOff, 0.05);
  EXPECT_EQ(brought_in(""), 0);
  ask.extras.copies = 2;
  EXPECT_NEAR(brought_in("aws-s3-standard.put"), 2 * 10'901.8 * kPaidOff, 0.1);
  prices.set("aws-s3-standard.put=0.01 USD/1k-requests");
  EXPECT_NEAR(brought_in("aws-s3-standard.put"), 4 * 10'901.8 * kPaidOff, 0.2);
}

// 100 files of 1 GiB, trained on and nothing else: 128 parts of 8 MiB each, 12,800 writes, 0.064 USD once. A
// second year that grows them by a half brings in half as many more.
TEST(ExtraLines, LargeFilesAreBroughtInByTheirParts) {
  SizingAsk ask = plain_ask();
  ask.place = Place::kCloud;
  ask.jobs[0].workload.dataset.samples = 100;
  ask.jobs[0].workload.dataset.sample_size = constant_law(1 << 30);
  const auto writes = [&] {
    double out = 0;
    for (const JobNeed& job : need_of(ask).jobs) out += job.files_held;
    Design d;
    d.family = Family::kCloudObject;
    d.service = &Catalogue::shipped().services().front();
    for (const BillLine& line :
         bill_of(d, need_of(ask), {Served{0.9, 0.9, 0.9, "", 1}}, extra_prices(), 1).lines)
      if (line.item == d.service->put_price) return line.quantity * 1000 / kPaidOff / out;
    return 0.0;
  };
  EXPECT_NEAR(writes(), 128, 1e-4);
  EXPECT_NEAR(need_of(ask).jobs[0].files_held, 100, 1e-9);
  ask.growth = 0.5, ask.years = 1;
  EXPECT_NEAR(need_of(ask).jobs[0].files_held, 150, 1e-9);
}

// 100,041 GB are 93,170 GiB, which an archive class bills: x 0.004 = 372.68 a month, and taken back once 931.70 USD.
// Into the cloud it is sent for nothing, between regions by the GB.
TEST(ExtraLines, ABackup) {
  EXPECT_NEAR(extra(shelf_design(), {1, Backup::kArchive, 0}), 372.68, 0.1);
  EXPECT_NEAR(extra(service_design(ServiceKind::kFile), {1, Backup::kArchive, 0}), 372.68 + 39.58, 0.1);
  EXPECT_NEAR(restore_costs(need_of(ask_with({1, Backup::kArchive, 0})), extra_prices()), 931.7, 0.1);
  EXPECT_NEAR(backup_costs(need_of(ask_with({1, Backup::kArchive, 0})), extra_prices()), 372.68, 0.1);
  EXPECT_EQ(restore_costs(need_of(ask_with({})), extra_prices()), 0);
}

// 8 GB/s x 0.9 x 2,628,000 s = 18.92 PB a month; a third of it x 0.02 = 126,144 USD. Object stores serve a region,
// and volumes do not leave their zone.
TEST(ExtraLines, CrossingZones) {
  EXPECT_NEAR(extra(service_design(ServiceKind::kFile), {1, {}, 1.0 / 3}), 126'144, 1);
  EXPECT_EQ(extra(service_design(ServiceKind::kObject), {1, {}, 1}), 0);
  EXPECT_EQ(extra(service_design(ServiceKind::kBlock), {1, {}, 1}), 0);
  EXPECT_EQ(extra(shelf_design(), {1, {}, 1}), 0);
}

TEST(ExtraLines, ACopyNeedsASite) {
  SizingAsk ask = ask_with({2, {}, 0});
  ask.place = Place::kOnPremises;
  EXPECT_THAT(refusal_of([&] { need_of(ask); }),
              HasSubstr("give --sites 2, --where cloud (regions), or --backup"));
  ask.place = Place::kAny;
  EXPECT_THAT(refusal_of([&] { need_of(ask); }), HasSubstr("expected a site for each of 2 copies, found 1"));
  ask.sites = 2;
  EXPECT_EQ(refusal_of([&] { need_of(ask); }), "");
  ask.extras.copies = 3;
  EXPECT_THAT(refusal_of([&] { need_of(ask); }), HasSubstr("found 2"));
  ask.place = Place::kCloud;
  EXPECT_EQ(refusal_of([&] { need_of(ask); }), "") << "there are regions";
}

}  // namespace
}  // namespace aforo
